import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import { type Refused, refused } from "./refused.ts";

/** How issuers may sign: asymmetric alone, so that nothing public can ever serve as a shared secret (RFC 8725 § 3.1). */
const ALGORITHMS: ReadonlySet<string> = new Set(
  "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" "),
);
/** seconds that clocks may differ */
const LEEWAY = 30;
/** seconds: whatever its expiry says, an older token is not taken */
const OLDEST = 60 * 60;

/** What an issuer says about its signatures. */
export interface IssuerKeys {
  readonly algorithms: readonly string[];
  readonly keyFor: ReturnType<typeof createLocalJWKSet>;
}

/** `published` is what the discovery document lists; throws where the keys are no JSON Web Key Set (RFC 7517 § 5). */
export function issuerKeys(published: readonly string[], keySet: unknown): IssuerKeys {
  return {
    algorithms: published.filter((algorithm) => ALGORITHMS.has(algorithm)),
    keyFor: createLocalJWKSet(keySet as JSONWebKeySet),
  };
}

/** Whose token it says it is, and for whom: nothing of it is verified yet. */
export interface Address {
  readonly issuer: string;
  readonly audiences: readonly string[];
}

/** "no token" for what is not a JWT with an issuer. */
export function addressOf(token: string): Address | "no token" {
  try {
    const { iss, aud = [] } = decodeJwt(token);
    return typeof iss === "string" ? { issuer: iss, audiences: [aud].flat() } : "no token";
  } catch {
    return "no token";
  }
}

export interface Expectation {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly keys: IssuerKeys;
  /** milliseconds since 1970 */
  readonly now: number;
}

export type Verdict =
  | { readonly kind: "verified"; readonly subject: string; readonly payload: JWTPayload }
  /** signed by a key that is not among the issuer's, as they are known */
  | { readonly kind: "unknown key" }
  | Refused;

/** Verifies an ID token (OpenID Connect Core § 3.1.3.7); keys come from the issuer alone, never from the token. */
export async function verifyToken(token: string, expectation: Expectation): Promise<Verdict> {
  const { issuer, audiences, keys, now } = expectation;
  try {
    const { payload } = await jwtVerify(token, keys.keyFor, {
      issuer,
      audience: [...audiences],
      algorithms: [...keys.algorithms],
      requiredClaims: ["sub", "exp", "iat"],
      clockTolerance: LEEWAY,
      maxTokenAge: OLDEST,
      currentDate: new Date(now),
    });
    const { sub } = payload;
    if (typeof sub !== "string" || sub === "") return refused("it has no subject");
    return { kind: "verified", subject: sub, payload };
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return { kind: "unknown key" };
    // Token and keys are both foreign: whatever they make of a verification, they are not believed.
    return refused(error instanceof Error ? error.message : String(error));
  }
}
