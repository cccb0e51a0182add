import { ROLE } from "../../identities/support/aws.ts";
import type { Callers } from "./callers.ts";
import { installHelper } from "./credential-helper.ts";
import { type IdTokens, startIssuer } from "./issuer.ts";
import { type PlayedSts, REGION, startSts } from "./sts.ts";
import { CERTIFICATE } from "./tls.ts";

/** Those outside of a registry who tell it who its callers are: a CI system, and AWS. */
export interface Vouchers {
  readonly issuer: IdTokens;
  readonly sts: PlayedSts;
  /** that lets their callers, a person and two robots in */
  readonly policy: string;
  /** of a process that shall meet them */
  readonly variables: Readonly<Record<string, string>>;
  /** a job of the CI system, and a role of AWS by the credential helper */
  readonly callers: () => Promise<Pick<Callers, "oidc" | "aws">>;
  readonly stop: () => Promise<void>;
}

/** of an issuer that nobody reaches */
export const NOBODY_THERE = "https://localhost:1";

const policyWith = (issuer: string): string => `version: 1
issuers:
  ci: { url: "${issuer}", audience: berth }
  away: { url: "${NOBODY_THERE}", audience: berth }
rules:
  - { who: user:admin, may: [pull, push, delete, admin], on: "**" }
  - { who: [user:ada, robot:builder], may: [pull, push], on: team/** }
  - { who: { issuer: ci, claims: { repository: team/* } }, may: [pull, push], on: team/** }
  - { who: { aws: "arn:aws:iam::111122223333:role/Deployer" }, may: [pull, push], on: team/** }
  - { who: robot:reader, may: pull, on: team/** }
`;

/** Starts them on this machine, for the clients of this test file. */
export async function startVouchers(): Promise<Vouchers> {
  const issuer = await startIssuer();
  const sts = await startSts([ROLE]);
  await installHelper(ROLE, REGION);
  return {
    issuer,
    sts,
    policy: policyWith(issuer.url),
    variables: { ...sts.variables, NODE_EXTRA_CA_CERTS: CERTIFICATE },
    callers: async () => ({
      oidc: { kind: "login", name: "oidc", secret: await issuer.issue({ repository: "team/app" }) },
      aws: { kind: "helper" },
    }),
    stop: async () => {
      await Promise.all([issuer.stop(), sts.stop()]);
    },
  };
}
