import type { Identity } from "../../../shared/access/identity.ts";
import type { Issuer } from "../../../shared/access/policy.ts";
import { createOidcAuthenticate, type OidcOptions } from "../../../shared/identities/oidc.ts";
import { movingClock } from "./moving-clock.ts";

export interface OidcLogin {
  readonly login: (secret: string, name?: string) => Promise<Identity | "unknown">;
  readonly clock: ReturnType<typeof movingClock>;
  /** why tokens were refused */
  readonly refusals: string[];
  /** hosts that were asked for something */
  readonly asked: string[];
}

/** A registry's OIDC login whose policy names these issuers. */
export function oidcLogin(issuers: readonly Issuer[], options: Partial<OidcOptions> = {}): OidcLogin {
  const clock = movingClock();
  const refusals: string[] = [];
  const asked: string[] = [];
  const authenticate = createOidcAuthenticate({
    issuers: async () => issuers,
    fetch: (url, init) => {
      asked.push(url.host);
      return fetch(url, init);
    },
    clock,
    onRefused: (reason) => refusals.push(reason),
    loopback: true,
    ...options,
  });
  return { login: (secret, name = "oidc") => authenticate({ name, secret }), clock, refusals, asked };
}
