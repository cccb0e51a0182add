import type { Identity } from "../access/identity.ts";
import type { Issuer } from "../access/policy.ts";
import type { Clock } from "../ports/clock.ts";
import { type Fetch, OutsideTrouble } from "./bounded-fetch.ts";
import { type Authenticate, OIDC_NAME } from "./credentials.ts";
import { claimsOf } from "./oidc-claims.ts";
import { discoverKeys } from "./oidc-discovery.ts";
import { createKeyMemory, type KeyMemory } from "./oidc-keys.ts";
import { addressOf, type IssuerKeys, type Verdict, verifyToken } from "./oidc-token.ts";
import { type Refused, refused } from "./refused.ts";
import { vouched } from "./vouched.ts";

export interface OidcOptions {
  /** the policy's, as they are now: nobody else is ever asked for anything */
  readonly issuers: () => Promise<readonly Issuer[]>;
  readonly fetch: Fetch;
  readonly clock: Pick<Clock, "now">;
  /** told why a login failed, for the log; nothing secret */
  readonly onRefused: (reason: string) => void;
  /** milliseconds to wait for each of an issuer's two documents */
  readonly patience?: number;
  /** also issuers at `http://` on this machine: for tests */
  readonly loopback?: boolean;
}

const PATIENCE = 2500;
/** bytes of a document: GitHub's keys take some 10,000 */
const MOST = 256 * 1024;
/** characters; tokens of CI have some 2,000 */
const LONGEST_TOKEN = 16 * 1024;

/**
 * Logs in whoever brings an ID token of an issuer that the policy names, for an audience that it names; no secret is kept
 * anywhere. UNAVAILABLE where the issuer can't be asked for its keys now and none are in memory.
 */
export function createOidcAuthenticate(options: OidcOptions): Authenticate {
  const { issuers, fetch, clock, onRefused, loopback = false, patience = PATIENCE } = options;
  const discovery = { fetch, loopback, patience, most: MOST };
  const memory = createKeyMemory(clock, (issuer) => discoverKeys(discovery, issuer));
  const identify = async (token: string): Promise<Identity | Refused> => {
    const issuer = issuerOf(token, await issuers());
    if ("reason" in issuer) return issuer;
    const verdict = await verify({ token, issuer, memory, clock });
    if (verdict.kind === "unknown key") return refused(`it is signed with no key of ${issuer.name}`);
    if (verdict.kind === "refused") return verdict;
    const { subject, payload } = verdict;
    return { kind: "oidc", issuer: issuer.name, subject, claims: claimsOf(payload) };
  };
  return vouched({ name: OIDC_NAME, identify, onRefused });
}

/** The first that the token names along with its audience: two of a policy may differ in the audience alone. */
function issuerOf(token: string, issuers: readonly Issuer[]): Issuer | Refused {
  const address = token.length <= LONGEST_TOKEN ? addressOf(token) : "no token";
  if (address === "no token") return refused("the password is no ID token");
  const named = issuers.filter(({ issuer }) => issuer === address.issuer);
  if (named.length === 0) return refused("the policy does not name the token's issuer");
  const found = named.find(({ audience }) => audience.some((each) => address.audiences.includes(each)));
  return found ?? refused(`it is a token of ${named[0]?.name} for another audience`);
}

interface Verification {
  readonly token: string;
  readonly issuer: Issuer;
  readonly memory: KeyMemory;
  readonly clock: Pick<Clock, "now">;
}

/** An issuer may have changed its keys since they were asked for: before a token is refused for that, newer ones are tried. */
async function verify({ token, issuer, memory, clock }: Verification): Promise<Verdict> {
  const by = (keys: IssuerKeys) =>
    verifyToken(token, {
      issuer: issuer.issuer,
      audiences: issuer.audience,
      keys,
      now: clock.now(),
    });
  try {
    const verdict = await by(await memory.keysOf(issuer.issuer));
    return verdict.kind === "unknown key" ? await by(await memory.newerKeysOf(issuer.issuer)) : verdict;
  } catch (cause) {
    if (!(cause instanceof OutsideTrouble)) throw cause;
    throw new OutsideTrouble(`the issuer ${issuer.name} can't be asked: ${cause.message}`, { cause });
  }
}
