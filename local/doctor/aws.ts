import { callerArn, errorCode } from "../../shared/identities/aws-answer.ts";
import { decodeAwsLogin, REGISTRY_HEADER } from "../../shared/identities/aws-login.ts";
import { boundedFetch, type Fetch, OutsideTrouble } from "../../shared/identities/bounded-fetch.ts";
import { Complaint } from "../complaint.ts";

/** The AWS credentials of whoever runs the doctor, and the line to AWS STS. */
export interface AwsAtHand {
  /** The password for a registry of this host, signed at this time (milliseconds since 1970); or why there is none. */
  readonly login: (registry: string, at: number) => Promise<AwsPassword>;
  readonly fetch: Fetch;
}

export type AwsPassword =
  | { readonly kind: "password"; readonly secret: string }
  | { readonly kind: "none"; readonly why: string };

/** Those that docker-credential-berth would take. What signs is loaded where it is wanted: AWS's code is large. */
export const awsAtHand = (variables: Readonly<Record<string, string | undefined>>): AwsAtHand => ({
  login: async (registry, at) => {
    const [{ awsCaller }, { signLogin }] = await Promise.all([
      import("../credential-helper/aws-credentials.ts"),
      import("../credential-helper/sign-login.ts"),
    ]);
    try {
      return { kind: "password", secret: await signLogin(await awsCaller(variables), registry, at) };
    } catch (error) {
      if (error instanceof Complaint) return { kind: "none", why: error.message };
      throw error;
    }
  },
  fetch: globalThis.fetch,
});

/** With --no-aws. */
export const NO_AWS: AwsAtHand = {
  login: async () => ({ kind: "none", why: "it was left out with --no-aws" }),
  fetch: globalThis.fetch,
};

export type StsVerdict =
  | { readonly kind: "known"; readonly arn: string }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "away"; readonly reason: string };

/** milliseconds, and bytes, as for the registry */
const BOUNDS = { patience: 5000, most: 16 * 1024 };

/** What STS says of a signed login, as the registry asks it. */
export async function stsVerdict(fetch: Fetch, secret: string): Promise<StsVerdict> {
  const login = decodeAwsLogin(secret);
  if (login === undefined) throw new Error("a login that was signed here can't be read");
  const headers = { [REGISTRY_HEADER]: login.registry };
  try {
    const { status, text } = await boundedFetch(fetch, new URL(login.url), { ...BOUNDS, headers });
    const arn = callerArn(text);
    if (status === 200 && arn !== undefined) return { kind: "known", arn };
    const reason = `${status} (${errorCode(text)})`;
    return { kind: status >= 400 && status < 500 && status !== 429 ? "refused" : "away", reason };
  } catch (error) {
    if (error instanceof OutsideTrouble) return { kind: "away", reason: error.message };
    throw error;
  }
}
