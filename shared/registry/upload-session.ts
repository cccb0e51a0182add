import type { Algorithm, Digest } from "../oci/digest.ts";
import type { RepoName } from "../oci/names.ts";
import type { Multipart } from "../ports/blobs.ts";
import type { Attributes, Clause, Item } from "../ports/table.ts";
import { numberOf, optionalBytes, optionalText, textOf } from "./attributes.ts";
import { formatNumbers, type NumberRange, parseNumbers } from "./number-ranges.ts";
import type { UploadId } from "./registry.ts";

/**
 * Where an upload stands. Bytes 0 to `offset` are durable: first the listed parts of the multipart upload, then the tail.
 * Every append and the commit require the version that they saw, so of two that race one wins.
 */
export interface UploadSession {
  readonly id: UploadId;
  readonly repo: RepoName;
  /** SHA-256; absent where an older version began the upload, with which nobody goes on then */
  readonly secretHash: Uint8Array | undefined;
  readonly state: UploadState;
  readonly version: number;
  /** bytes */
  readonly offset: number;
  readonly algorithm: Algorithm;
  readonly hashed: Hashed;
  /** parts that count; numbers that were reserved and then lost in a failed append are missing here */
  readonly parts: readonly NumberRange[];
  readonly multipart: Multipart | undefined;
  /** a commit has begun to join the parts, which can't be undone: another commit can follow, but no more bytes */
  readonly joined: boolean;
  /** what is too short for a part yet */
  readonly tail: Tail | undefined;
  /** milliseconds: after this the upload no longer exists */
  readonly idleUntil: number;
  /** milliseconds since 1970 */
  readonly created: number;
}

export type UploadState =
  | { readonly kind: "open" }
  | { readonly kind: "committed"; readonly digest: Digest }
  | { readonly kind: "abandoned" };

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

export const onlyOpen: Clause = { kind: "equals", attribute: "state", value: "open" };
export const onlyVersion = ({ version }: UploadSession): readonly Clause[] => [
  onlyOpen,
  { kind: "equals", attribute: "version", value: version },
];

/** A session outlives its expiry for a while, so that the sweep finds it and a late client learns the truth. */
const KEPT_AFTER_EXPIRY = 7 * 24 * 60 * 60;
export const expiryAttributes = (idleUntil: number): Attributes => ({
  idleUntil,
  expires: Math.ceil(idleUntil / 1000) + KEPT_AFTER_EXPIRY,
});

type Progress = Pick<UploadSession, "offset" | "hashed" | "parts" | "tail" | "idleUntil">;

/** The attributes that an append changes; what it does not name has to go (`progressRemovals`). */
export function progressAttributes(session: Progress): Attributes {
  const { offset, hashed, parts, tail, idleUntil } = session;
  return {
    offset,
    parts: formatNumbers(parts),
    ...(hashed.kind === "digest" && { digest: hashed.digest }),
    ...(hashed.kind === "state" && { hashState: hashed.state }),
    ...(tail && { tailKey: tail.key, tailSize: tail.size }),
    ...expiryAttributes(idleUntil),
  };
}

const CHANGING = ["digest", "hashState", "tailKey", "tailSize"];
export const progressRemovals = (attributes: Attributes): readonly string[] =>
  CHANGING.filter((name) => !(name in attributes));

export function parseSession(id: UploadId, item: Item): UploadSession {
  return {
    id,
    repo: textOf(item, "repo") as RepoName,
    secretHash: optionalBytes(item, "secretHash"),
    state: stateOf(item),
    version: numberOf(item, "version"),
    offset: numberOf(item, "offset"),
    algorithm: textOf(item, "algorithm") as Algorithm,
    hashed: hashedOf(item),
    parts: parseNumbers(textOf(item, "parts")),
    multipart: multipartOf(item),
    joined: item.attributes["joined"] === true,
    tail: tailOf(item),
    idleUntil: numberOf(item, "idleUntil"),
    created: numberOf(item, "created"),
  };
}

function stateOf(item: Item): UploadState {
  const kind = textOf(item, "state");
  if (kind === "open" || kind === "abandoned") return { kind };
  return { kind: "committed", digest: textOf(item, "committed") as Digest };
}

function hashedOf(item: Item): Hashed {
  const digest = optionalText(item, "digest");
  if (digest !== undefined) return { kind: "digest", digest: digest as Digest };
  const state = optionalBytes(item, "hashState");
  return state ? { kind: "state", state } : { kind: "unknown" };
}

function multipartOf(item: Item): Multipart | undefined {
  const key = optionalText(item, "multipartKey");
  return key === undefined ? undefined : { key, id: textOf(item, "multipartId") };
}

function tailOf(item: Item): Tail | undefined {
  const key = optionalText(item, "tailKey");
  return key === undefined ? undefined : { key, size: numberOf(item, "tailSize") };
}
