import type { IHasher } from "hash-wasm";
import type { Algorithm, Digest } from "../oci/digest.ts";
import { createHasher, digestOfHash } from "./digests.ts";
import type { Hashed } from "./upload-progress.ts";

/** Hashes the bytes of one request, on top of what is known of those before. */
export interface BodyHash {
  readonly update: (chunk: Uint8Array) => void;
  readonly end: () => Hashed;
}

/** For a body that holds every byte: several times faster than a hash whose state can be kept. */
export function wholeHash(algorithm: Algorithm): BodyHash {
  const hash = createHasher(algorithm);
  return {
    update: (chunk) => hash.update(chunk),
    end: () => ({ kind: "digest", digest: digestOfHash(algorithm, hash) }),
  };
}

/** For one chunk of several, on top of the state that the chunk before has left; without one, from the start. */
export async function resumedHash(algorithm: Algorithm, before: Uint8Array | undefined): Promise<BodyHash> {
  const hash = await createResumable(algorithm);
  hash.init();
  if (before) hash.load(before);
  return {
    update: (chunk) => hash.update(chunk),
    // `save` views the memory of the hash, so it is copied.
    end: () => ({ kind: "state", state: Uint8Array.from(hash.save()) }),
  };
}

/** Where a hash can't cover every byte any more. */
export const noHash: BodyHash = { update: () => {}, end: () => ({ kind: "unknown" }) };

/** The digest of all bytes up to a saved state. */
export async function digestOfState(algorithm: Algorithm, state: Uint8Array): Promise<Digest> {
  const hash = await createResumable(algorithm);
  hash.init();
  hash.load(state);
  return `${algorithm}:${hash.digest("hex")}` as Digest;
}

/** Loaded when it is first needed: hardly any client sends chunks. */
async function createResumable(algorithm: Algorithm): Promise<IHasher> {
  const { createSHA256, createSHA512 } = await import("hash-wasm");
  return algorithm === "sha512" ? createSHA512() : createSHA256();
}
