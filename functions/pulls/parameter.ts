import type { Credentials, Place } from "../stores/credentials.ts";
import { signedPost } from "../stores/signed-post.ts";

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
export async function readParameter(store: ParameterStore, name: string): Promise<string> {
  const body = JSON.stringify({ Name: name, WithDecryption: true });
  const own = { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter" };
  const { url, headers } = signedPost({ ...store, service: "ssm" }, { path: "/", headers: own, body });
  const answer = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(PATIENCE) });
  const text = await answer.text();
  if (answer.ok)
    return (JSON.parse(text) as { readonly Parameter: { readonly Value: string } }).Parameter.Value;
  const failure = FAILURE.exec(text)?.[1] ?? "no reason";
  throw new Error(`Systems Manager answers ${answer.status} (${failure}) for the parameter '${name}'`);
}
