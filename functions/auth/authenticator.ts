import type { Policies } from "../../shared/access/policies.ts";
import type { Authenticator } from "../../shared/auth/authenticate.ts";
import type { Authentication } from "../../shared/identities/authenticate.ts";
import { createAwsAuthenticate } from "../../shared/identities/aws.ts";
import { AWS_NAME, isGuessable, OIDC_NAME } from "../../shared/identities/credentials.ts";
import { createOidcAuthenticate } from "../../shared/identities/oidc.ts";
import { registryHost } from "../../shared/identities/registry-host.ts";
import { systemClock } from "../system-clock.ts";
import type { Log } from "../telemetry/log.ts";

interface AuthenticatorParts {
  readonly accounts: Authentication;
  readonly policies: Pick<Policies, "inForce">;
  /** by which clients know this registry */
  readonly hosts: readonly string[];
  readonly log: Log;
}

/** All who can log in: people and robots, whoever an issuer of the policy vouches for, and whoever AWS does. */
export function createAuthenticator({ accounts, policies, hosts, log }: AuthenticatorParts): Authenticator {
  const onRefused = (reason: string): void => log.info("a login was refused", { reason });
  const outside = { fetch: globalThis.fetch, clock: systemClock, onRefused };
  const issuers = async () => (await policies.inForce()).policy.issuers;
  const registries = hosts.map(registryHost).filter((host) => host !== undefined);
  const ways = new Map([
    [OIDC_NAME, createOidcAuthenticate({ ...outside, issuers })],
    [AWS_NAME, createAwsAuthenticate({ ...outside, registries })],
  ]);
  return {
    isGuessable,
    authenticate: (credentials) => (ways.get(credentials.name) ?? accounts.authenticate)(credentials),
    again: accounts.again,
  };
}
