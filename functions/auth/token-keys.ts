import {
  createRemoteSigner,
  createVerifier,
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

/** Verifies with the public keys, which it asks for at the first request and keeps as long as its environment lives. */
export function createKmsVerifier({ kms, ids, ...options }: TokenKeys): Verifier {
  const verifier = once(async () => {
    const keys = await Promise.all(ids.map(async (id) => publicKeyOf(await kms.publicKey(id))));
    return createVerifier(keys, options);
  });
  return { verify: async (token, type) => (await verifier()).verify(token, type) };
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
