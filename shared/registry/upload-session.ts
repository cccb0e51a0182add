import type { Algorithm, Digest } from "../oci/digest.ts";
import type { RepoName } from "../oci/names.ts";
import type { Multipart } from "../ports/blobs.ts";
import type { Attributes, Clause, Item } from "../ports/table.ts";
import { numberOf, optionalBytes, optionalText, textOf } from "./attributes.ts";
import type { UploadId } from "./registry.ts";
import { keptOf, type Progress, progressOf } from "./upload-progress.ts";

/**
 * Where an upload stands: as far as its client has been told. Every append and the commit require the version that they
 * saw, so of two that race one wins.
 */
export interface UploadSession extends Progress {
  readonly id: UploadId;
  readonly repo: RepoName;
  /** SHA-256; absent where an older version began the upload, with which nobody goes on then */
  readonly secretHash: Uint8Array | undefined;
  readonly state: UploadState;
  readonly version: number;
  readonly algorithm: Algorithm;
  readonly multipart: Multipart | undefined;
  /** its client numbers the parts itself, and sends them in any order */
  readonly numbered: boolean;
  /** a commit has begun to join the parts, which can't be undone: another commit can follow, but no more bytes */
  readonly joined: boolean;
  /** how far it has come with what a request brought that broke off: for a client that asks, and goes on from there */
  readonly kept: Progress | undefined;
  /** milliseconds: after this the upload no longer exists */
  readonly idleUntil: number;
  /** milliseconds since 1970 */
  readonly created: number;
}

export type UploadState =
  | { readonly kind: "open" }
  | { readonly kind: "committed"; readonly digest: Digest }
  | { readonly kind: "abandoned" };

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

export function parseSession(id: UploadId, item: Item): UploadSession {
  return {
    id,
    repo: textOf(item, "repo") as RepoName,
    secretHash: optionalBytes(item, "secretHash"),
    state: stateOf(item),
    version: numberOf(item, "version"),
    ...progressOf("acknowledged", item),
    kept: keptOf(item),
    algorithm: textOf(item, "algorithm") as Algorithm,
    multipart: multipartOf(item),
    numbered: item.attributes["numbered"] === true,
    joined: item.attributes["joined"] === true,
    idleUntil: numberOf(item, "idleUntil"),
    created: numberOf(item, "created"),
  };
}

function stateOf(item: Item): UploadState {
  const kind = textOf(item, "state");
  if (kind === "open" || kind === "abandoned") return { kind };
  return { kind: "committed", digest: textOf(item, "committed") as Digest };
}

function multipartOf(item: Item): Multipart | undefined {
  const key = optionalText(item, "multipartKey");
  return key === undefined ? undefined : { key, id: textOf(item, "multipartId") };
}
