import type { Digest } from "../oci/digest.ts";

/**
 * The Blob port: S3's semantics and no more. No rename, no append; an object is whole or absent.
 * What a method acknowledges is durable.
 */
export const BLOB_LIMITS = {
  /** bytes: the least size of every part but the last */
  minPart: 5 * 1024 * 1024,
  maxPart: 5 * 1024 * 1024 * 1024,
  /** part numbers run from 1 to this */
  parts: 10_000,
  /** keys in a page of a listing */
  page: 1000,
} as const;

export type ByteStream = AsyncIterable<Uint8Array>;

/** Names an unfinished multipart upload of one key. */
export interface Multipart {
  readonly key: string;
  readonly id: string;
}
export interface Part {
  readonly number: number;
  readonly etag: string;
  /** bytes */
  readonly size: number;
}

/**
 * What is known of the length of a part before it has come: "exact" unless its client breaks off. Then it is shorter, or
 * less than `minPart` longer: it takes with it what is too short for the next one.
 */
export interface PartLength {
  readonly kind: "exact" | "at most";
  readonly bytes: number;
}

/** Both ends inclusive, within the object. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * How a client gets the bytes: through us, or from where a signed URL points. A chunk of this stream is valid until the
 * next one is asked for, so that its memory can be used again: send it before, or copy it.
 */
export type BlobSource =
  | { readonly kind: "stream"; readonly body: ByteStream }
  | { readonly kind: "redirect"; readonly url: string };

export type BlobMethod = "GET" | "HEAD";

/** What a client wants of an object, and what is known of it. */
export interface Opening {
  /** within the object; all of it, where it is not given */
  readonly range?: ByteRange | undefined;
  /** what a redirect has to be signed for; GET, where it is not given */
  readonly method?: BlobMethod | undefined;
  /** for a redirect to where this is told to the client; a stream takes no notice */
  readonly content?: { readonly digest: Digest; readonly size: number };
}

export interface ObjectInfo {
  readonly key: string;
  /** bytes */
  readonly size: number;
}
export interface ObjectPage<Entry> {
  readonly entries: readonly Entry[];
  /** hand it back as `after`; absent at the end */
  readonly next?: string;
}

/** Thrown when the store can't serve or store now: disk full, failing fsync, network. Nothing was acknowledged. */
export class BlobStoreUnavailableError extends Error {
  override readonly name = "BlobStoreUnavailableError";
}
/** Thrown when a caller breaks a documented rule (EntityTooSmall, InvalidPart, …): a defect of the caller. */
export class BlobRuleError extends Error {
  override readonly name = "BlobRuleError";
}

/** What a reader needs of a blob store. */
export type ReadBlobs = Pick<Blobs, "read" | "open">;

export interface Blobs {
  /** Stores a whole object. The adapter may have to gather the body in memory, so keep it below `minPart` where you can. */
  readonly put: (key: string, body: ByteStream) => Promise<ObjectInfo>;
  readonly createMultipart: (key: string) => Promise<Multipart>;
  /**
   * Stores one part; a repeated number replaces the earlier part. Consumes `body` to its end with back pressure;
   * a `body` that throws leaves nothing. An adapter that must know the length gathers the part first, unless `length`
   * says it. "gone" when the multipart upload does not exist (completed, aborted).
   */
  readonly uploadPart: (
    multipart: Multipart,
    number: number,
    body: ByteStream,
    length?: PartLength,
  ) => Promise<{ outcome: "stored"; part: Part } | { outcome: "gone" }>;
  /** Joins the parts, in ascending order, without a copy. "gone": look whether an earlier call completed it. */
  readonly completeMultipart: (
    multipart: Multipart,
    parts: readonly Part[],
  ) => Promise<{ outcome: "completed" } | { outcome: "gone" }>;
  /** Drops the parts; an upload that is gone is no error. */
  readonly abortMultipart: (multipart: Multipart) => Promise<void>;
  /** The size, or undefined where there is no such object. */
  readonly head: (key: string) => Promise<number | undefined>;
  /** The bytes through this process, always (what a redirect can't serve: hashing, tails, manifests). */
  readonly read: (key: string, range?: ByteRange) => Promise<ByteStream | undefined>;
  /** The answer to a client's request. A stream opens nothing before it is iterated. */
  readonly open: (key: string, opening?: Opening) => Promise<BlobSource | undefined>;
  /** An absent object is no error. */
  readonly remove: (key: string) => Promise<void>;
  /** Objects under a prefix, in key order. */
  readonly list: (prefix: string, after?: string) => Promise<ObjectPage<ObjectInfo>>;
  /** Unfinished multipart uploads under a prefix, ordered by key, then id. */
  readonly listMultiparts: (prefix: string, after?: string) => Promise<ObjectPage<Multipart>>;
}
