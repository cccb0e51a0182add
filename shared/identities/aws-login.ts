import { isStsHost } from "./aws-hosts.ts";
import { type Refused, refused } from "./refused.ts";

/**
 * A presigned `GetCallerIdentity` request as a password: `berth-aws-1.` and the base64url of `{"url":…,"registry":…}`.
 * Whoever sends it learns from STS whose it is, and nothing else (AWS STS API Reference, GetCallerIdentity: no permission
 * is needed). It is for one registry: the header that names it is signed along.
 */
export interface AwsLogin {
  /** signed in its query (Signature Version 4), to be asked for by GET */
  readonly url: string;
  /** the value of its header `x-berth-registry` */
  readonly registry: string;
}

export const REGISTRY_HEADER = "x-berth-registry";
/** seconds that such a request is good for; STS takes none that is older */
export const LOGIN_LIFETIME = 15 * 60;

const PREFIX = "berth-aws-1.";
/** characters; a session's token takes up to some 2,000 of them, twice encoded */
const LONGEST = 8192;
/** milliseconds by which the clock of who signs may be ahead; STS takes as much */
const AHEAD = 5 * 60 * 1000;

export const encodeAwsLogin = ({ url, registry }: AwsLogin): string =>
  PREFIX + Buffer.from(JSON.stringify({ url, registry })).toString("base64url");

/** What STS is asked: put together anew from what was checked, so that nothing else gets through. */
export interface StsRequest {
  readonly kind: "request";
  readonly url: URL;
  readonly registry: string;
}

/** The request that a password is, if nobody but STS is asked, for nothing but whose it is, for one of these registries. */
export function parseAwsLogin(
  secret: string,
  { registries, now }: { readonly registries: readonly string[]; readonly now: number },
): StsRequest | Refused {
  const login = decodeAwsLogin(secret);
  if (login === undefined) return refused("the password is no presigned request of docker-credential-berth");
  if (!registries.includes(login.registry)) return refused("the request was signed for another registry");
  const host = /^https:\/\/([a-z0-9.-]+)\/\?[\x21\x22\x24-\x7e]+$/.exec(login.url)?.[1];
  if (host === undefined || !isStsHost(host)) return refused("the request is not to STS");
  const parameters = parametersOf(login.url);
  if (parameters === undefined) return refused("the request is not GetCallerIdentity, signed for a registry");
  if (!isTimely(parameters, now)) return refused("the request is too old, or from the future");
  return { kind: "request", url: urlOf(host, parameters), registry: login.registry };
}

/** What was encoded, whatever it asks for; undefined where it is none. */
export function decodeAwsLogin(secret: string): AwsLogin | undefined {
  if (!secret.startsWith(PREFIX) || secret.length > LONGEST) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(secret.slice(PREFIX.length), "base64url").toString());
    const { url, registry } = value as Record<string, unknown>;
    return typeof url === "string" && typeof registry === "string" ? { url, registry } : undefined;
  } catch {
    return undefined;
  }
}

/** All that a query may hold, each once: names in the order in which Signature Version 4 wants them. */
const PARAMETERS = {
  Action: /^GetCallerIdentity$/,
  Version: /^2011-06-15$/,
  "X-Amz-Algorithm": /^AWS4-HMAC-SHA256$/,
  "X-Amz-Credential": /^\w{16,128}\/\d{8}\/[a-z0-9-]{1,40}\/sts\/aws4_request$/,
  "X-Amz-Date": /^\d{8}T\d{6}Z$/,
  "X-Amz-Expires": /^[1-9]\d{0,2}$/,
  "X-Amz-Security-Token": /^[\w+/=-]+$/,
  "X-Amz-Signature": /^[0-9a-f]{64}$/,
  "X-Amz-SignedHeaders": new RegExp(`^host;${REGISTRY_HEADER}$`),
} as const;
type Name = keyof typeof PARAMETERS;
type Parameters = ReadonlyMap<string, string>;
/** only a session has one */
const OPTIONAL: Name = "X-Amz-Security-Token";

function parametersOf(url: string): Parameters | undefined {
  const entries = [...new URL(url).searchParams];
  const parameters = new Map(entries);
  const names = Object.keys(PARAMETERS) as Name[];
  const known = names.filter((name) => PARAMETERS[name].test(parameters.get(name) ?? ""));
  const needed = names.filter((name) => name !== OPTIONAL || parameters.has(name));
  return entries.length === needed.length && known.length === needed.length ? parameters : undefined;
}

function isTimely(parameters: Parameters, now: number): boolean {
  const [date = "", expires = ""] = [parameters.get("X-Amz-Date"), parameters.get("X-Amz-Expires")];
  const signedAt = Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  const lifetime = Math.min(Number(expires), LOGIN_LIFETIME) * 1000;
  return signedAt <= now + AHEAD && now <= signedAt + lifetime;
}

function urlOf(host: string, parameters: Parameters): URL {
  const query = Object.keys(PARAMETERS).flatMap((name) => {
    const value = parameters.get(name);
    return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`];
  });
  return new URL(`https://${host}/?${query.join("&")}`);
}
