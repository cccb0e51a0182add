import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { GLOBAL_REGION, stsHost } from "../../shared/identities/aws-hosts.ts";
import { encodeAwsLogin, LOGIN_LIFETIME, REGISTRY_HEADER } from "../../shared/identities/aws-login.ts";
import { Complaint } from "../complaint.ts";
import type { AwsCaller } from "./aws-credentials.ts";

/**
 * The password for one registry: a request to STS that these credentials sign, good for a quarter of an hour from `at`
 * (milliseconds since 1970). A Complaint where the region is none.
 */
export async function signLogin(
  { credentials, region }: AwsCaller,
  registry: string,
  at: number,
): Promise<string> {
  const host = stsHost(region);
  if (host === undefined) throw new Complaint(`AWS_REGION is '${region}': it names no region of AWS`);
  const signer = new SignatureV4({
    credentials,
    region: region ?? GLOBAL_REGION,
    service: "sts",
    sha256: Hash.bind(undefined, "sha256"),
  });
  const request = {
    method: "GET",
    protocol: "https:",
    hostname: host,
    path: "/",
    headers: { host, [REGISTRY_HEADER]: registry },
    query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
  };
  const { query = {} } = await signer.presign(request, {
    expiresIn: LOGIN_LIFETIME,
    signingDate: new Date(at),
  });
  const parameters = Object.entries(query).map(
    ([name, value]) => `${name}=${encodeURIComponent(String(value))}`,
  );
  return encodeAwsLogin({ url: `https://${host}/?${parameters.join("&")}`, registry });
}
