import { createPublicKey } from "node:crypto";
import {
  base64url,
  type CryptoKey,
  calculateJwkThumbprint,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from "jose";

/** The one algorithm: a token that names another is refused before its signature is looked at. */
const ALGORITHM = "ES256";
/** All that a header of ours holds; whatever else is there (`jwk`, `x5c`, `jku`, `crit`, …) is not ours. */
const HEADER = new Set(["alg", "typ", "kid"]);
/** seconds by which clocks of one registry may differ */
const LEEWAY = 10;

/** A token of one kind is never taken for the other: RFC 8725 § 3.11. */
export type TokenType = "berth-access+jwt" | "berth-refresh+jwt";

/** A point of P-256, as RFC 7517 writes it; `kid` is its thumbprint (RFC 7638). */
export interface PublicKey {
  readonly kid: string;
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
}
export interface PrivateKey extends PublicKey {
  readonly d: string;
}

export interface Claims extends JWTPayload {
  readonly sub: string;
  readonly jti: string;
  /** seconds since 1970 */
  readonly iat: number;
  readonly exp: number;
}
export interface Signer {
  readonly sign: (claims: Claims, type: TokenType) => Promise<string>;
}
export interface Verifier {
  /** "invalid", whatever is wrong with it. */
  readonly verify: (token: string, type: TokenType) => Promise<Claims | "invalid">;
}

/** Whose tokens they are: both their issuer and their audience. */
interface Service {
  readonly service: string;
}

export async function generateKey(): Promise<PrivateKey> {
  const pair = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(pair.privateKey);
  const { x, y, d } = jwk;
  if (x === undefined || y === undefined || d === undefined) throw new Error("a key of another kind");
  return { kid: await calculateJwkThumbprint(jwk), kty: "EC", crv: "P-256", x, y, d };
}

/** Signs with a key that is in memory. Rejects where it is no key. */
export async function createSigner(key: PrivateKey, { service }: Service): Promise<Signer> {
  const imported = await importJWK({ ...key }, ALGORITHM);
  return {
    sign: (claims, typ) =>
      new SignJWT(completed(claims, service))
        .setProtectedHeader({ alg: ALGORITHM, typ, kid: key.kid })
        .sign(imported),
  };
}

const completed = (claims: Claims, service: string): Claims => ({
  ...claims,
  iss: service,
  aud: service,
  nbf: claims.iat,
});

/** A key that never leaves where it is. */
export interface RemoteKey {
  readonly kid: string;
  /** ECDSA on P-256 with SHA-256: r and s, 32 bytes each (RFC 7518 § 3.4) */
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>;
}

/** Signs with a key that is elsewhere: the compact form of RFC 7515 § 3.1. */
export function createRemoteSigner({ kid, sign }: RemoteKey, { service }: Service): Signer {
  return {
    sign: async (claims, typ) => {
      const signed = `${encoded({ alg: ALGORITHM, typ, kid })}.${encoded(completed(claims, service))}`;
      return `${signed}.${base64url.encode(await sign(new TextEncoder().encode(signed)))}`;
    },
  };
}

const encoded = (part: object): string => base64url.encode(JSON.stringify(part));

/** Of its DER form, SubjectPublicKeyInfo. Rejects where it is no key of P-256. */
export async function publicKeyOf(spki: Uint8Array): Promise<PublicKey> {
  const jwk = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" }).export({
    format: "jwk",
  });
  const { crv, x, y } = jwk;
  if (crv !== "P-256" || x === undefined || y === undefined) throw new Error("a key of another kind");
  return { kid: await calculateJwkThumbprint(jwk), kty: "EC", crv, x, y };
}

/** Verifies with public keys alone. Rejects where one of them is no key. */
export async function createVerifier(
  keys: readonly PublicKey[],
  { service, now }: Service & { /** milliseconds since 1970 */ readonly now: () => number },
): Promise<Verifier> {
  const imported = new Map<string, CryptoKey>();
  for (const { kid, kty, crv, x, y } of keys) imported.set(kid, await importPublic({ kty, crv, x, y }));
  const keyOf = (header: JWTHeaderParameters, type: TokenType): CryptoKey => {
    const key = imported.get(header.kid ?? "");
    const isOurs = Object.keys(header).every((name) => HEADER.has(name)) && header.typ === type;
    if (!isOurs || key === undefined) throw new errors.JWSInvalid("not a header of ours");
    return key;
  };
  return {
    verify: async (token, type) => {
      try {
        const { payload } = await jwtVerify<Claims>(token, (header) => keyOf(header, type), {
          algorithms: [ALGORITHM],
          issuer: service,
          audience: service,
          clockTolerance: LEEWAY,
          currentDate: new Date(now()),
          requiredClaims: ["sub", "jti", "iat", "nbf", "exp"],
        });
        return payload.aud === service ? payload : "invalid";
      } catch (error) {
        if (error instanceof errors.JOSEError) return "invalid";
        throw error;
      }
    },
  };
}

async function importPublic(key: Omit<PublicKey, "kid">): Promise<CryptoKey> {
  const imported = await importJWK({ ...key }, ALGORITHM);
  if (imported instanceof Uint8Array) throw new Error("a key of another kind");
  return imported;
}
