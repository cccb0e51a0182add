import { createHmac, hash } from "node:crypto";
import type { Credentials, Place } from "./credentials.ts";
import { createSigningDays, momentOf, SIGNING_ALGORITHM } from "./signing-days.ts";

/** A service of AWS that is asked with JSON. */
export interface JsonService extends Place {
  /** as its host and its signatures name it */
  readonly service: "dynamodb" | "kms" | "lambda" | "ssm";
  readonly credentials: Credentials;
  /** milliseconds since 1970 */
  readonly now: () => number;
}

export interface Post {
  /** of unreserved characters and slashes, so that there is nothing to escape */
  readonly path: string;
  /** beside those that every request has, names in small letters */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request, signed in its headers: the SDK for one or two operations would be as large as a whole function. */
export function signedPost(
  { service, region, endpoint, credentials, now }: JsonService,
  { path, headers, body }: Post,
) {
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = new URL(path, endpoint ?? `https://${service}.${region}.${suffix}`);
  const moment = momentOf(now());
  const { scope, signingKey } = createSigningDays({ region, service, credentials })(moment);
  const { accessKeyId, sessionToken } = credentials;
  const signed: Readonly<Record<string, string>> = {
    ...headers,
    host: url.host,
    "x-amz-date": moment,
    ...(sessionToken !== undefined && { "x-amz-security-token": sessionToken }),
  };
  // In the order of their names, as the canonical request wants them.
  const entries = Object.entries(signed).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const names = entries.map(([name]) => name).join(";");
  const lines = entries.map(([name, value]) => `${name}:${value}\n`).join("");
  const canonical = `POST\n${path}\n\n${lines}\n${names}\n${hash("sha256", body)}`;
  const toSign = `${SIGNING_ALGORITHM}\n${moment}\n${scope}\n${hash("sha256", canonical)}`;
  const signature = createHmac("sha256", signingKey).update(toSign).digest("hex");
  const authorization = `${SIGNING_ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { url: url.href, headers: { ...signed, authorization } };
}
