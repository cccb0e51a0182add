import { type Branded, parser } from "./branded.ts";

/** `sha256:<64 hex>` or `sha512:<128 hex>`: image-spec § Digests, the algorithms that this registry can verify. */
export type Digest = Branded<"Digest">;

export const ALGORITHMS = ["sha256", "sha512"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

/** DIGEST_INVALID where `text` is no digest, or one of an algorithm that can't be verified here. */
export const parseDigest = parser<"Digest">((text) => DIGEST.test(text), "DIGEST_INVALID", "digest");

export const isAlgorithm = (text: string): text is Algorithm =>
  (ALGORITHMS as readonly string[]).includes(text);

export const algorithmOf = (digest: Digest): Algorithm =>
  digest.startsWith("sha512:") ? "sha512" : "sha256";
