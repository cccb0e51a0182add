import { createPublicKey, type KeyObject, verify } from "node:crypto";
import {
  base64url,
  calculateJwkThumbprint,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWTPayload,
  type ProtectedHeaderParameters,
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

/**
 * Verifies with public keys alone. Throws where one of them is no key. The signature is checked on this thread, since the way
 * to another takes longer than the check.
 */
export function createVerifier(
  keys: readonly PublicKey[],
  { service, now }: Service & { /** milliseconds since 1970 */ readonly now: () => number },
): Verifier {
  const known = new Map<unknown, KeyObject>();
  for (const { kid, x, y } of keys) {
    known.set(kid, createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" }));
  }
  const isSigned = (token: string, header: ProtectedHeaderParameters, type: TokenType): boolean => {
    const key = known.get(header.kid);
    if (key === undefined || !isOurs(header, type)) return false;
    const end = token.lastIndexOf(".");
    const written = token.slice(end + 1);
    const signature = Buffer.from(written, "base64url");
    // Buffer leaves out what it can't read: without this, a token could be written in as many ways as somebody likes.
    if (signature.toString("base64url") !== written) return false;
    return verify("sha256", Buffer.from(token.slice(0, end)), { key, dsaEncoding: "ieee-p1363" }, signature);
  };
  return {
    verify: async (token, type) => {
      const parts = decoded(token);
      if (parts === "malformed" || !isSigned(token, parts.header, type)) return "invalid";
      return isFor(service, parts.claims) && isCurrent(parts.claims, now() / 1000) ? parts.claims : "invalid";
    },
  };
}

/** Which key a token says that it is signed with; undefined where it says none, or is no token. */
export function keyIdOf(token: string): string | undefined {
  const parts = decoded(token);
  const kid: unknown = parts === "malformed" ? undefined : parts.header.kid;
  return typeof kid === "string" ? kid : undefined;
}

/** What it says, of which nothing is proven yet. */
function decoded(token: string) {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt<Claims>(token) };
  } catch {
    return "malformed";
  }
}

const isOurs = (header: ProtectedHeaderParameters, type: TokenType): boolean =>
  header.alg === ALGORITHM && header.typ === type && Object.keys(header).every((name) => HEADER.has(name));

/** RFC 7519 § 4.1: all of them are in a token of ours, whichever version has signed it. */
const isFor = (service: string, { iss, aud, sub, jti }: Claims): boolean =>
  iss === service && aud === service && typeof sub === "string" && typeof jti === "string";

/** RFC 7519 § 4.1.4 and § 4.1.5; `now` in seconds. */
const isCurrent = ({ iat, nbf, exp }: Claims, now: number): boolean =>
  [iat, nbf, exp].every(Number.isFinite) && Number(nbf) <= now + LEEWAY && now - LEEWAY < exp;
