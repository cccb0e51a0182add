import { fromHttp } from "@aws-sdk/credential-provider-http";
import type { Credentials } from "./credentials.ts";

/**
 * The credentials that a container's host hands out (Amazon ECS, "Task IAM role": the endpoint is in
 * AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or AWS_CONTAINER_CREDENTIALS_FULL_URI). Rejects where it does not.
 */
export async function containerCredentials(): Promise<Credentials> {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await fromHttp({})();
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    assuredUntil: expiration?.getTime() ?? Number.POSITIVE_INFINITY,
  };
}
