import type { Issuer } from "../access/policy.ts";
import type { Clock } from "../ports/clock.ts";
import type { Authentication } from "./authenticate.ts";
import { createAwsAuthenticate } from "./aws.ts";
import type { Fetch } from "./bounded-fetch.ts";
import { type Authenticate, AWS_NAME, kindOf, OIDC_NAME } from "./credentials.ts";
import type { Identities } from "./identities.ts";
import { createOidcAuthenticate } from "./oidc.ts";
import { registryHost } from "./registry-host.ts";

export interface LoginParts {
  readonly accounts: Authentication & Pick<Identities, "changes">;
  /** the policy's, as they are now */
  readonly issuers: () => Promise<readonly Issuer[]>;
  /** by which clients know this registry, in any form: of which a request to AWS is signed for one */
  readonly hosts: readonly string[] | Promise<readonly string[]>;
  readonly fetch: Fetch;
  readonly clock: Pick<Clock, "now">;
  /** told why a login failed, for the log; nothing secret */
  readonly onRefused: (reason: string) => void;
}

/** All who can log in. */
export interface Logins extends Authentication, Pick<Identities, "changes"> {
  readonly kindOf: typeof kindOf;
}

/** People and robots, whoever an issuer of the policy vouches for, and whoever AWS does. */
export function createLogins({ accounts, issuers, hosts, ...outside }: LoginParts): Logins {
  const ways = new Map<string, Authenticate>([
    [OIDC_NAME, createOidcAuthenticate({ ...outside, issuers })],
    [AWS_NAME, createAwsAuthenticate({ ...outside, registries: registriesAt(hosts) })],
  ]);
  return {
    authenticate: (credentials) => (ways.get(credentials.name) ?? accounts.authenticate)(credentials),
    again: accounts.again,
    changes: accounts.changes,
    kindOf,
  };
}

const registriesAt = async (hosts: LoginParts["hosts"]): Promise<readonly string[]> =>
  (await hosts).map(registryHost).filter((host) => host !== undefined);
