import type { Identity } from "../access/identity.ts";
import type { Rights } from "../access/rights.ts";
import type { Authority } from "../http/authority.ts";
import type { HttpHandler } from "../http/messages.ts";
import type { Clock } from "../ports/clock.ts";
import type { Authenticator } from "./authenticate.ts";
import { byLogIn, createAuthority } from "./authority.ts";
import type { Signer, Verifier } from "./jwt.ts";
import { createLogIn, type LogIn, type Login } from "./log-in.ts";
import type { PublicAddress } from "./public-address.ts";
import { createTokenEndpoint, TOKEN_PATH } from "./token-endpoint.ts";
import { createTokens } from "./tokens.ts";

export interface AuthOptions {
  /** this registry's name in its tokens: no other registry has it */
  readonly service: string;
  readonly address: PublicAddress;
  readonly keys: Signer & Verifier;
  readonly authenticator: Authenticator;
  /** what the policy of this moment allows them */
  readonly rightsOf: (identity: Identity) => Promise<Rights>;
  readonly clock: Clock;
  /** told of credentials that were wrong, as often as they are looked at: who has to wait first is not told of again */
  readonly onFailedLogin?: (login: Pick<Login, "name" | "from">) => void;
  /** told why, whenever a store can't serve and the client gets a 503 */
  readonly onUnavailable: (error: Error) => void;
}
export interface Auth {
  readonly authority: Authority;
  /** Puts the token endpoint beside what `inner` answers. */
  readonly withTokens: (inner: HttpHandler) => HttpHandler;
}

/** All of a registry's authentication in one process. */
export function createAuth(options: AuthOptions): Auth {
  const { authenticator, keys, clock } = options;
  const tokens = createTokens(keys, clock);
  const logIn = tellingFailures(createLogIn(authenticator, clock), options.onFailedLogin);
  const endpoint = createTokenEndpoint({ ...options, tokens, logIn, again: authenticator.again });
  return {
    authority: createAuthority({ ...options, tokens, byCredentials: byLogIn({ ...options, logIn }) }),
    withTokens: (inner) => (request) => (request.path === TOKEN_PATH ? endpoint(request) : inner(request)),
  };
}

const tellingFailures =
  (logIn: LogIn, tell: AuthOptions["onFailedLogin"]): LogIn =>
  async (login) => {
    const found = await logIn(login);
    if (found === "unknown") tell?.({ name: login.name, from: login.from });
    return found;
  };
