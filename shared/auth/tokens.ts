import { createHash } from "node:crypto";
import { nameOf } from "../access/identity.ts";
import { OciError } from "../oci/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Renewable } from "./authenticate.ts";
import type { Claims, Signer, Verifier } from "./jwt.ts";
import { Remembered } from "./remembered.ts";
import type { AccessEntry, TokenRights } from "./token-rights.ts";

/** seconds: a right that was taken away ends after so long at the latest */
export const ACCESS_LIFE = 300;
/** seconds */
export const REFRESH_LIFE = 90 * 24 * 3600;
/** bytes: API Gateway takes 10,240 for a request's line and headers together */
const MOST_BYTES = 4096;
const MOST_REMEMBERED = 1000;

export interface AccessToken extends TokenRights {
  /** the caller's name */
  readonly subject: string;
  /** of who may administer, where they can be looked up again */
  readonly identity?: Renewable;
}
export interface TokenReader {
  /** "invalid", whatever is wrong with it */
  readonly readAccess: (token: string) => Promise<AccessToken | "invalid">;
}
export interface Tokens extends TokenReader {
  /** TOKEN_REQUEST_INVALID where it would be too large for a header. */
  readonly issueAccess: (token: AccessToken) => Promise<string>;
  readonly issueRefresh: (identity: Renewable) => Promise<string>;
  /** Whose it is; not what they may, nor whether they are still known. */
  readonly readRefresh: (token: string) => Promise<Renewable | "invalid">;
}

/**
 * Needs public keys alone. What was verified is remembered until it ends, as a hash, since a pull shows the same token
 * with each of its requests.
 */
export function createTokenReader({ verify }: Verifier, { now }: Pick<Clock, "now">): TokenReader {
  const known = new Remembered<AccessToken>({ most: MOST_REMEMBERED, now });
  return {
    readAccess: async (token) => {
      if (token.length > MOST_BYTES) return "invalid";
      const hash = createHash("sha256").update(token).digest("base64");
      const remembered = known.get(hash);
      if (remembered !== undefined) return remembered;
      const claims = await verify(token, "berth-access+jwt");
      const read = claims === "invalid" ? claims : accessOf(claims);
      if (claims !== "invalid" && read !== "invalid") known.set(hash, read, claims.exp * 1000);
      return read;
    },
  };
}

export function createTokens(keys: Signer & Verifier, clock: Clock): Tokens {
  return {
    ...createTokenReader(keys, clock),
    issueAccess: async ({ subject, identity, access, searches, isCut }) => {
      const rights = { access, ...(searches && { searches }), ...(isCut && { isCut }) };
      const who = identity && { identity: lookedUpBy(identity) };
      const token = await keys.sign(
        { ...claimsFor(subject, ACCESS_LIFE, clock), ...who, ...rights },
        "berth-access+jwt",
      );
      if (token.length > MOST_BYTES) throw tooLarge(token.length);
      return token;
    },
    issueRefresh: (identity) => {
      const claims = claimsFor(nameOf(identity), REFRESH_LIFE, clock);
      return keys.sign({ ...claims, identity: lookedUpBy(identity) }, "berth-refresh+jwt");
    },
    readRefresh: async (token) => {
      if (token.length > MOST_BYTES) return "invalid";
      const claims = await keys.verify(token, "berth-refresh+jwt");
      return claims === "invalid" ? claims : refreshOf(claims);
    },
  };
}

/** What limits an access key is looked up with it, each time. */
const lookedUpBy = ({ kind, name, proof }: Renewable): Renewable => ({
  kind,
  name,
  ...(proof !== undefined && { proof }),
});

function claimsFor(sub: string, seconds: number, { now, newId }: Clock): Claims {
  const iat = Math.floor(now() / 1000);
  return { sub, jti: newId(), iat, exp: iat + seconds };
}

function tooLarge(bytes: number): OciError {
  return new OciError("TOKEN_REQUEST_INVALID", {
    reason: `the token would have ${bytes} bytes, of at most ${MOST_BYTES}: ask for fewer scopes at once`,
  });
}

/** Another version of Berth with the same key may have signed it: so much is looked at, and no more. */
function accessOf({ sub, access, searches, isCut, ...claims }: Claims): AccessToken | "invalid" {
  if (!Array.isArray(access) || (searches !== undefined && !Array.isArray(searches))) return "invalid";
  return {
    subject: sub,
    ...(claims["identity"] !== undefined && { identity: claims["identity"] as Renewable }),
    access: access as AccessEntry[],
    ...(searches && { searches }),
    ...(isCut === true && { isCut }),
  };
}

function refreshOf({ identity }: Claims): Renewable | "invalid" {
  return typeof identity === "object" && identity !== null ? (identity as Renewable) : "invalid";
}
