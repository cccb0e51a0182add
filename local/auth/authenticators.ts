import type { Policies } from "../../shared/access/policies.ts";
import type { Authenticator } from "../../shared/auth/authenticate.ts";
import type { PublicAddress } from "../../shared/auth/public-address.ts";
import { createAwsAuthenticate } from "../../shared/identities/aws.ts";
import { AWS_NAME, isGuessable, OIDC_NAME } from "../../shared/identities/credentials.ts";
import type { Identities } from "../../shared/identities/identities.ts";
import { createOidcAuthenticate } from "../../shared/identities/oidc.ts";
import { registryHost } from "../../shared/identities/registry-host.ts";
import type { Log } from "../log.ts";
import { systemClock } from "../system-clock.ts";

export interface AuthenticatorParts {
  readonly identities: Identities;
  readonly policies: Policies;
  readonly address: PublicAddress;
  /** of the socket */
  readonly port: number;
  readonly log: Log;
}

/** All who can log in: people and robots, whoever an issuer of the policy vouches for, and whoever AWS does. */
export function createAuthenticator({ identities, policies, ...parts }: AuthenticatorParts): Authenticator {
  const onRefused = (reason: string) => parts.log.info({ reason }, "a login was refused");
  const outside = { fetch: globalThis.fetch, clock: systemClock, onRefused };
  const issuers = async () => (await policies.inForce()).policy.issuers;
  const ways = new Map([
    [OIDC_NAME, createOidcAuthenticate({ ...outside, issuers })],
    [AWS_NAME, createAwsAuthenticate({ ...outside, registries: hostsOf(parts) })],
  ]);
  return {
    authenticate: (credentials) => (ways.get(credentials.name) ?? identities.authenticate)(credentials),
    again: identities.again,
    isGuessable,
  };
}

/** By what clients call it, of which a request to AWS is signed for one. */
function hostsOf({ address, port }: Pick<AuthenticatorParts, "address" | "port">): readonly string[] {
  const named = address.kind === "fixed" ? [address.origin] : [`localhost:${port}`, `127.0.0.1:${port}`];
  return named.map(registryHost).filter((host) => host !== undefined);
}
