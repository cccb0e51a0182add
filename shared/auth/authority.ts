import type { Access } from "../access/access.ts";
import { type Identity, nameOf } from "../access/identity.ts";
import type { Need, Rights } from "../access/rights.ts";
import type { Authority, ChallengeError, Sender } from "../http/authority.ts";
import type { HttpRequest } from "../http/messages.ts";
import { type Credentials, isRenewable } from "./authenticate.ts";
import { parseAuthorization } from "./authorization.ts";
import type { LogIn } from "./log-in.ts";
import { originOf, type PublicAddress } from "./public-address.ts";
import { TOKEN_PATH } from "./token-endpoint.ts";
import { rightsIn, scopeFor, wasAskedFor } from "./token-rights.ts";
import type { TokenReader } from "./tokens.ts";

export interface AuthorityOptions {
  readonly service: string;
  readonly address: PublicAddress;
  readonly tokens: TokenReader;
  readonly byCredentials: ByCredentials;
}

/** Whose a name and what proves it are. */
export type ByCredentials = (credentials: Credentials, request: HttpRequest) => Promise<Sender>;

/** Of a token or credentials that are none of ours. */
export const WORTHLESS: Sender = { kind: "unknown", error: "invalid_token" };

/** Knows senders by a bearer token, or by a name and what proves it (Basic). */
export function createAuthority(options: AuthorityOptions): Authority {
  return {
    authenticate: async (request) => {
      const authorization = parseAuthorization(request.header("authorization"));
      switch (authorization.kind) {
        case "none":
          return { kind: "unknown" };
        case "bearer":
          return senderByToken(authorization.token, options);
        case "basic":
          return options.byCredentials(authorization.credentials, request);
        case "unusable":
          return WORTHLESS;
      }
    },
    challenge: (request, need, error) =>
      challenge(originOf(request, options.address), { need, error, service: options.service }),
  };
}

export async function senderByToken(
  token: string,
  { tokens }: Pick<AuthorityOptions, "tokens">,
): Promise<Sender> {
  const read = await tokens.readAccess(token);
  if (read === "invalid") return WORTHLESS;
  const { subject, identity } = read;
  const access: Access = {
    caller: { name: subject },
    rights: rightsIn(read),
    ...(identity && { identity }),
  };
  // Who has not logged in should hear that logging in may help.
  if (subject === nameOf({ kind: "anonymous" })) return { kind: "known", access };
  return { kind: "known", access: { ...access, isSettled: (need) => wasAskedFor(read, need) } };
}

interface Lookup {
  readonly logIn: LogIn;
  readonly rightsOf: (identity: Identity) => Promise<Rights>;
}

/** Looks credentials up here: a process that knows people and policy. */
export const byLogIn =
  ({ logIn, rightsOf }: Lookup): ByCredentials =>
  async (credentials, { clientAddress = "" }) => {
    const found = await logIn({ ...credentials, from: clientAddress }, "remembered");
    if (found === "unknown") return WORTHLESS;
    const caller = { name: nameOf(found) };
    const identity = isRenewable(found) && { identity: found };
    return {
      kind: "known",
      access: { caller, rights: await rightsOf(found), isSettled: () => true, ...identity },
    };
  };

interface Challenge {
  readonly service: string;
  readonly need: Need | "login";
  readonly error: ChallengeError | undefined;
}

/** RFC 6750 § 3, with Docker's `service` and `scope`. Nothing in it has to be escaped: names are checked before. */
function challenge(origin: string, { service, need, error }: Challenge): string {
  const parts = [`realm="${origin}${TOKEN_PATH}"`, `service="${service}"`];
  if (need !== "login") parts.push(`scope="${scopeFor(need)}"`);
  if (error !== undefined) parts.push(`error="${error}"`);
  return `Bearer ${parts.join(",")}`;
}
