import { refused } from "../answers.ts";
import { RegistryFailure, RegistryRefusal } from "../failures.ts";
import type { Answer, Ask, HttpClient } from "../messages.ts";
import { persist, type Waiting } from "../patience.ts";
import { basic, type Credentials } from "./credentials.ts";

export interface TokenRequest {
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scopes: readonly string[];
  readonly credentials: Exclude<Credentials, { kind: "registry-token" }>;
}

export interface BearerToken {
  readonly token: string;
  /** milliseconds from now on */
  readonly lifetime: number;
  /** buys the next ones, where the server gave one */
  readonly refreshToken?: string;
}

/** distribution § Token Authentication: for clients that read no lifetime, it is this. */
const DEFAULT_SECONDS = 60;
const CLIENT_ID = "berth";
/** Token servers that have only the other way say so. */
const NO_SUCH_WAY = [404, 405];

/**
 * A bearer token from the token server, by GET, or by OAuth2's POST where there is a refresh token or no GET.
 * RegistryRefusal UNAUTHORIZED; no error ever holds what was shown.
 */
export async function fetchToken(
  request: TokenRequest,
  { client, waiting }: { readonly client: HttpClient; readonly waiting: Waiting },
): Promise<BearerToken> {
  const { credentials } = request;
  const by = (ask: Ask): Promise<Answer> => persist(() => client.send(ask), waiting);
  let answer = await by(askForToken(request));
  if (credentials.kind === "password" && NO_SUCH_WAY.includes(answer.status))
    answer = await by(posted(request));
  if (answer.status === 200) return tokenIn(answer);
  const { status, url } = answer;
  if (status !== 400 && status !== 401 && status !== 403) throw refused(answer);
  // Not its text: a careless server may quote what it was sent.
  const message = `${url.host} gives no token (${status}): ${credentials.kind === "anonymous" ? "it wants a login" : "the credentials are not right there"}`;
  throw new RegistryRefusal(message, { status: 401, reason: "UNAUTHORIZED" });
}

/** By GET; what buys tokens is shown by POST alone. */
export const askForToken = (request: TokenRequest): Ask =>
  request.credentials.kind === "identity-token" ? posted(request) : got(request);

/** distribution § Token Authentication Specification */
function got({ realm, service, scopes, credentials }: TokenRequest): Ask {
  const target = new URL(realm);
  if (service !== undefined) target.searchParams.set("service", service);
  for (const scope of scopes) target.searchParams.append("scope", scope);
  if (credentials.kind !== "password") return { method: "GET", target };
  target.searchParams.set("account", credentials.name);
  target.searchParams.set("client_id", CLIENT_ID);
  return { method: "GET", target, headers: { Authorization: basic(credentials.name, credentials.secret) } };
}

/** distribution § OAuth2 Token Authentication */
function posted({ realm, service, scopes, credentials }: TokenRequest): Ask {
  const form = new URLSearchParams({ client_id: CLIENT_ID, service: service ?? "" });
  if (scopes.length > 0) form.set("scope", scopes.join(" "));
  if (credentials.kind === "identity-token") {
    form.set("grant_type", "refresh_token");
    form.set("refresh_token", credentials.token);
  } else if (credentials.kind === "password") {
    form.set("grant_type", "password");
    form.set("username", credentials.name);
    form.set("password", credentials.secret);
    form.set("access_type", "offline");
  }
  const bytes = Buffer.from(form.toString());
  return {
    method: "POST",
    target: realm,
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: { chunks: [bytes], length: bytes.length },
  };
}

function tokenIn({ body, url }: Answer): BearerToken {
  const fields = fieldsOf(body);
  const token = fields["token"] ?? fields["access_token"];
  // Visible ASCII: it goes into a header.
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
    throw new RegistryFailure(`${url.host} answered without a token`);
  }
  const { expires_in: seconds, refresh_token: refreshToken } = fields;
  const lifetime = typeof seconds === "number" && seconds > 0 ? seconds : DEFAULT_SECONDS;
  return {
    token,
    lifetime: lifetime * 1000,
    ...(typeof refreshToken === "string" && refreshToken !== "" && { refreshToken }),
  };
}

function fieldsOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(body.toString()) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
