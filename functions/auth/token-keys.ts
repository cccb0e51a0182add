import {
  createRemoteSigner,
  createVerifier,
  keyIdOf,
  publicKeyOf,
  type Signer,
  type Verifier,
} from "../../shared/auth/jwt.ts";
import type { Kms } from "./kms.ts";

interface TokenKeys {
  readonly kms: Kms;
  /** ids or ARNs; the first signs */
  readonly ids: readonly [string, ...string[]];
  /** this registry's name in its tokens */
  readonly service: string;
  /** milliseconds since 1970 */
  readonly now: () => number;
}

/**
 * Verifies with the public keys, which it asks for at the first request and keeps as long as its environment lives. One that
 * can't be had (it was made a moment ago, or is disabled) matters only for tokens that none of the others has signed.
 */
export function createKmsVerifier({ kms, ids, ...options }: TokenKeys): Verifier {
  const known = new Map<string, Verifier>();
  const fetched = ids.map((id) =>
    once(async () => {
      const key = await publicKeyOf(await kms.publicKey(id));
      known.set(key.kid, createVerifier([key], options));
    }),
  );
  return {
    verify: async (token, type) => {
      const kid = keyIdOf(token);
      if (kid === undefined) return "invalid";
      const verifier = known.get(kid);
      if (verifier) return verifier.verify(token, type);
      const results = await Promise.allSettled(fetched.map((fetch) => fetch()));
      const missing = results.find(({ status }) => status === "rejected");
      if (!known.has(kid) && missing?.status === "rejected") throw missing.reason;
      return known.get(kid)?.verify(token, type) ?? "invalid";
    },
  };
}

/** Signs in KMS, with the newest key: the private one is nowhere else. */
export function createKmsSigner({ kms, ids: [newest], service }: TokenKeys): Signer {
  const signer = once(async () => {
    const { kid } = await publicKeyOf(await kms.publicKey(newest));
    return createRemoteSigner({ kid, sign: (bytes) => kms.sign(newest, bytes) }, { service });
  });
  return { sign: async (claims, type) => (await signer()).sign(claims, type) };
}

/** What was once had is kept; what failed is tried again. */
function once<Value>(get: () => Promise<Value>): () => Promise<Value> {
  let had: Promise<Value> | undefined;
  return () => {
    had ??= get().catch((cause: unknown) => {
      had = undefined;
      throw cause;
    });
    return had;
  };
}
