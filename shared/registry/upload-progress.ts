import type { Digest } from "../oci/digest.ts";
import type { Attributes, Clause, Item } from "../ports/table.ts";
import { numberOf, optionalBytes, optionalText, textOf } from "./attributes.ts";
import { formatNumbers, type NumberRange, parseNumbers } from "./number-ranges.ts";

/** How far an upload has come. Bytes 0 to `offset` are durable: first the parts of the multipart upload, then the tail. */
export interface Progress {
  /** bytes */
  readonly offset: number;
  readonly hashed: Hashed;
  /** parts that count; numbers that were reserved and then lost in a failed append are missing here */
  readonly parts: readonly NumberRange[];
  /** what is too short for a part yet */
  readonly tail: Tail | undefined;
}

/** What is known of the hash of bytes 0 to `offset`. */
export type Hashed =
  /** everything came in one body, as clients send it */
  | { readonly kind: "digest"; readonly digest: Digest }
  /** a hash that can go on with the next chunk */
  | { readonly kind: "state"; readonly state: Uint8Array }
  /** not every byte was seen by one hash: the object is read once before the commit */
  | { readonly kind: "unknown" };

export interface Tail {
  readonly key: string;
  /** bytes */
  readonly size: number;
}

/** What was acknowledged to the client, and what was kept beside it of a request that broke off. */
export type Standing = "acknowledged" | "kept";

const NAMES = {
  acknowledged: {
    offset: "offset",
    parts: "parts",
    digest: "digest",
    hashState: "hashState",
    tailKey: "tailKey",
    tailSize: "tailSize",
  },
  kept: {
    offset: "keptOffset",
    parts: "keptParts",
    digest: "keptDigest",
    hashState: "keptHashState",
    tailKey: "keptTailKey",
    tailSize: "keptTailSize",
  },
} as const;

/** As a session's item has it; what is not among them has to go (`removedBy`). */
export function progressAttributes(
  standing: Standing,
  { offset, hashed, parts, tail }: Progress,
): Attributes {
  const names = NAMES[standing];
  return {
    [names.offset]: offset,
    [names.parts]: formatNumbers(parts),
    ...(hashed.kind === "digest" && { [names.digest]: hashed.digest }),
    ...(hashed.kind === "state" && { [names.hashState]: hashed.state }),
    ...(tail && { [names.tailKey]: tail.key, [names.tailSize]: tail.size }),
  };
}

/** The attributes of a progress that these replace. What is acknowledged takes the place of all that was kept, too. */
export function removedBy(standing: Standing, attributes: Attributes): readonly string[] {
  const own = Object.values(NAMES[standing]).filter((name) => !(name in attributes));
  return standing === "kept" ? own : [...own, ...Object.values(NAMES.kept)];
}

export function progressOf(standing: Standing, item: Item): Progress {
  const names = NAMES[standing];
  return {
    offset: numberOf(item, names.offset),
    hashed: hashedOf(item, names),
    parts: parseNumbers(textOf(item, names.parts)),
    tail: tailOf(item, names),
  };
}

/** Undefined where nothing was kept beside what is acknowledged. */
export const keptOf = (item: Item): Progress | undefined =>
  item.attributes[NAMES.kept.offset] === undefined ? undefined : progressOf("kept", item);

/** Holds while no other request has kept anything since. */
export const onlyKept = ({ parts, tail }: Progress): readonly Clause[] => [
  { kind: "equals", attribute: NAMES.kept.parts, value: formatNumbers(parts) },
  tail
    ? { kind: "equals", attribute: NAMES.kept.tailKey, value: tail.key }
    : { kind: "lacks", attribute: NAMES.kept.tailKey },
];

type Names = (typeof NAMES)[Standing];

function hashedOf(item: Item, names: Names): Hashed {
  const digest = optionalText(item, names.digest);
  if (digest !== undefined) return { kind: "digest", digest: digest as Digest };
  const state = optionalBytes(item, names.hashState);
  return state ? { kind: "state", state } : { kind: "unknown" };
}

function tailOf(item: Item, names: Names): Tail | undefined {
  const key = optionalText(item, names.tailKey);
  return key === undefined ? undefined : { key, size: numberOf(item, names.tailSize) };
}
