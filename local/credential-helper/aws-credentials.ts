import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } from "@smithy/core/config";
import { Complaint } from "../complaint.ts";

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What signs for AWS here, and where. */
export interface AwsCaller {
  readonly credentials: AwsCredentials;
  readonly region: string | undefined;
}

const CURE =
  "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws sso login`; " +
  "`aws sts get-caller-identity` tells whether that worked";

/**
 * The AWS credentials at hand, wherever AWS's own tools would find them: the environment, profiles of the shared files
 * (also of SSO, assumed roles and processes), a web identity, or the container or machine that this runs on. A Complaint
 * where there are none.
 */
export async function awsCaller(variables: Readonly<Record<string, string | undefined>>): Promise<AwsCaller> {
  try {
    return { credentials: await defaultProvider()(), region: await regionOf(variables) };
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, " ");
    const profile = variables["AWS_PROFILE"];
    const whose = profile === undefined ? "" : ` in the profile '${profile}'`;
    throw new Complaint(`there are no AWS credentials${whose} (${reason}): ${CURE}`, { cause: error });
  }
}

/** The SDK does not read AWS_DEFAULT_REGION, while the aws command does. */
async function regionOf(
  variables: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const fallback = variables["AWS_DEFAULT_REGION"] ?? "";
  const options = { ...NODE_REGION_CONFIG_OPTIONS, default: fallback };
  const region = await loadConfig(options, NODE_REGION_CONFIG_FILE_OPTIONS)();
  return region === "" ? undefined : region;
}
