import { createHmac, hash } from "node:crypto";
import type { Credentials, Place } from "../stores/credentials.ts";
import { createSigningDays, momentOf, SIGNING_ALGORITHM } from "../stores/signing-days.ts";

export interface ParameterStore extends Place {
  readonly credentials: Credentials;
  readonly now: () => number;
}

/** milliseconds: it answers within some tens, and somebody waits for a pull */
const PATIENCE = 2000;
/** What AWS's JSON services say of a failure, without the namespace before it. */
const FAILURE = /"__type":"(?:[^"]*#)?(\w+)"/;

/**
 * The decrypted value of a parameter of AWS Systems Manager, by one signed request: its SDK would be as large as a whole
 * function (API Reference: GetParameter). Rejects where there is no answer in time, or it is a refusal.
 */
export function readParameter(store: ParameterStore, name: string): Promise<string> {
  const body = JSON.stringify({ Name: name, WithDecryption: true });
  const { url, headers } = signed(store, body);
  return ask(url, { method: "POST", headers, body, signal: AbortSignal.timeout(PATIENCE) }, name);
}

async function ask(url: string, request: RequestInit, name: string): Promise<string> {
  const answer = await fetch(url, request);
  const text = await answer.text();
  if (answer.ok)
    return (JSON.parse(text) as { readonly Parameter: { readonly Value: string } }).Parameter.Value;
  const failure = FAILURE.exec(text)?.[1] ?? "no reason";
  throw new Error(`Systems Manager answers ${answer.status} (${failure}) for the parameter '${name}'`);
}

function signed({ region, endpoint, credentials, now }: ParameterStore, body: string) {
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = new URL(endpoint ?? `https://ssm.${region}.${suffix}`);
  const moment = momentOf(now());
  const { scope, signingKey } = createSigningDays({ region, service: "ssm", credentials })(moment);
  const { accessKeyId, sessionToken } = credentials;
  // In the order of their names, as the canonical request wants them.
  const headers: Readonly<Record<string, string>> = {
    "content-type": "application/x-amz-json-1.1",
    host: url.host,
    "x-amz-date": moment,
    ...(sessionToken !== undefined && { "x-amz-security-token": sessionToken }),
    "x-amz-target": "AmazonSSM.GetParameter",
  };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = `POST\n/\n\n${lines.join("")}\n${names}\n${hash("sha256", body)}`;
  const toSign = `${SIGNING_ALGORITHM}\n${moment}\n${scope}\n${hash("sha256", canonical)}`;
  const signature = createHmac("sha256", signingKey).update(toSign).digest("hex");
  const authorization = `${SIGNING_ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { url: url.href, headers: { ...headers, authorization } };
}
