import { createSigner, createVerifier, generateKey, type PrivateKey } from "../../../shared/auth/jwt.ts";
import { createTokens, type Tokens } from "../../../shared/auth/tokens.ts";
import type { Clock } from "../../../shared/ports/clock.ts";

export const SERVICE = "berth-test";

export interface TestTokens extends Tokens {
  readonly key: PrivateKey;
}

/** Tokens of a registry with a key of its own. */
export async function testTokens(clock: Clock): Promise<TestTokens> {
  const key = await generateKey();
  const signer = await createSigner(key, { service: SERVICE });
  const verifier = createVerifier([key], { service: SERVICE, now: clock.now });
  return { ...createTokens({ ...signer, ...verifier }, clock), key };
}
