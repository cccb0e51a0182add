import { type Digest, parseDigest } from "../../shared/oci/digest.ts";
import { Complaint } from "../complaint.ts";

export type Json = Readonly<Record<string, unknown>>;

/** The value of a JSON document. Complaint where it is none; `place` says where, for people. */
export function valueFrom(bytes: Uint8Array, place: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch (cause) {
    throw new Complaint(`${place} is no JSON`, { cause });
  }
}

/** Complaint where the document is no object. */
export const objectFrom = (bytes: Uint8Array, place: string): Json =>
  objectOf(valueFrom(bytes, place), place);

/** The objects of a list under `field`. Complaint where there is none. */
export const listIn = (value: Json, field: string, place: string): readonly Json[] =>
  objectsOf(value[field], `'${field}' in ${place}`);

export function objectsOf(value: unknown, place: string): readonly Json[] {
  if (!Array.isArray(value)) throw new Complaint(`${place} is no list`);
  return value.map((entry: unknown) => objectOf(entry, place));
}

export function textIn(value: Json, field: string, place: string): string {
  const text = value[field];
  if (typeof text !== "string" || text === "")
    throw new Complaint(`${place} has an entry without '${field}'`);
  return text;
}

/** The strings of a list under `field`; none where it is null or absent, as Go's encoders write an empty one. */
export function textsIn(value: Json, field: string, place: string): readonly string[] {
  const texts = value[field] ?? [];
  const isList = Array.isArray(texts) && texts.every((text) => typeof text === "string");
  if (!isList) throw new Complaint(`'${field}' in ${place} is no list of strings`);
  return texts;
}

/** Complaint where `text` is no digest that can be verified. */
export function digestIn(text: string, place: string): Digest {
  try {
    return parseDigest(text);
  } catch (cause) {
    throw new Complaint(`${place} names '${text.slice(0, 100)}', which is no sha256 or sha512 digest`, {
      cause,
    });
  }
}

function objectOf(value: unknown, place: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Complaint(`${place} is no JSON object`);
  }
  return value as Json;
}
