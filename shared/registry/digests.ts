import { createHash, type Hash } from "node:crypto";
import type { Algorithm, Digest } from "../oci/digest.ts";

export const createHasher = (algorithm: Algorithm): Hash => createHash(algorithm);

/** The digest of everything that the hasher was given; it can't be used any further. */
export const digestOfHash = (algorithm: Algorithm, hash: Hash): Digest =>
  `${algorithm}:${hash.digest("hex")}` as Digest;

export const digestOfBytes = (algorithm: Algorithm, bytes: Uint8Array): Digest =>
  digestOfHash(algorithm, createHasher(algorithm).update(bytes));
