import { signLogin } from "../../../local/credential-helper/sign-login.ts";
import type { Identity } from "../../../shared/access/identity.ts";
import { createAwsAuthenticate } from "../../../shared/identities/aws.ts";
import { encodeAwsLogin } from "../../../shared/identities/aws-login.ts";
import type { Fetch } from "../../../shared/identities/bounded-fetch.ts";
import { movingClock } from "./moving-clock.ts";
import { createSts, type Presigning, presign, type Sts } from "./sts.ts";

export const REGISTRY = "registry.example.com";
export const HOST = "sts.eu-central-1.amazonaws.com";

export const ROLE = {
  accessKeyId: "ASIAEXAMPLEEXAMPLE01",
  secretAccessKey: "a secret of a session",
  sessionToken: `FwoGZXIvYXdz+/${"x".repeat(900)}==`,
  arn: "arn:aws:sts::111122223333:assumed-role/Deployer/build-7",
};
export const USER = {
  accessKeyId: "AKIAEXAMPLEEXAMPLE02",
  secretAccessKey: "a secret of a user",
  arn: "arn:aws:iam::111122223333:user/people/ada",
};

export interface AwsLogins {
  readonly clock: ReturnType<typeof movingClock>;
  readonly sts: Sts;
  /** why requests were refused */
  readonly refusals: string[];
  readonly login: (
    secret: string,
    options?: { name?: string; fetch?: Fetch },
  ) => Promise<Identity | "unknown">;
  /** as the helper signs it */
  readonly genuine: (
    credentials?: typeof ROLE | typeof USER,
    registry?: string,
    region?: string,
  ) => Promise<string>;
  /** the URL of a request that is signed as it is, but is not what the helper would sign */
  readonly crafted: (changes?: Partial<Presigning>) => Promise<string>;
}

/** A registry's login by AWS, with a stand-in of STS that knows ROLE and USER. */
export function awsLogins(): AwsLogins {
  const clock = movingClock();
  const sts = createSts([ROLE, USER], clock.now);
  const refusals: string[] = [];
  let reach = sts.fetch;
  const authenticate = createAwsAuthenticate({
    registries: [REGISTRY, "localhost:5000"],
    fetch: (url, init) => reach(url, init),
    clock,
    onRefused: (reason) => refusals.push(reason),
  });
  return {
    clock,
    sts,
    refusals,
    login: (secret, { name = "aws", fetch = sts.fetch } = {}) => {
      reach = fetch;
      return authenticate({ name, secret });
    },
    genuine: (credentials = ROLE, registry = REGISTRY, region) =>
      signLogin({ credentials, region }, registry, clock.now()),
    crafted: (changes = {}) =>
      presign({
        account: ROLE,
        region: "eu-central-1",
        host: HOST,
        headers: { "x-berth-registry": REGISTRY },
        query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
        at: clock.now(),
        expiresIn: 900,
        ...changes,
      }),
  };
}

export const password = (url: string, registry = REGISTRY): string => encodeAwsLogin({ url, registry });
