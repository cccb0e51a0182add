import type { Identity } from "../access/identity.ts";
import type { Rights } from "../access/rights.ts";
import type { Authority } from "../http/authority.ts";
import type { HttpHandler } from "../http/messages.ts";
import type { Clock } from "../ports/clock.ts";
import type { Authenticator } from "./authenticate.ts";
import { byLogIn, createAuthority } from "./authority.ts";
import type { Signer, Verifier } from "./jwt.ts";
import { createLogIn } from "./log-in.ts";
import type { PublicAddress } from "./public-address.ts";
import { type OnFailedLogin, tellingFailures } from "./telling-failures.ts";
import type { Throttle } from "./throttle/throttle.ts";
import { throttled } from "./throttle/throttled-authority.ts";
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
  /** how much anybody may ask */
  readonly throttle: Throttle;
  readonly onFailedLogin?: OnFailedLogin;
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
  const { authenticator, keys, clock, throttle } = options;
  const tokens = createTokens(keys, clock);
  const { onFailedLogin = () => {} } = options;
  const logIn = tellingFailures(createLogIn(authenticator, clock, throttle), onFailedLogin);
  const endpoint = createTokenEndpoint({ ...options, tokens, logIn, again: authenticator.again });
  const byCredentials = byLogIn({ ...options, logIn });
  return {
    authority: throttled(createAuthority({ ...options, tokens, byCredentials }), throttle),
    withTokens: (inner) => (request) => (request.path === TOKEN_PATH ? endpoint(request) : inner(request)),
  };
}
