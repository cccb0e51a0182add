import { createHmac } from "node:crypto";
import type { Credentials } from "../../shared/auth/authenticate.ts";
import { type ByCredentials, senderByToken, WORTHLESS } from "../../shared/auth/authority.ts";
import { Remembered } from "../../shared/auth/remembered.ts";
import { ANONYMOUS, type Throttle } from "../../shared/auth/throttle/throttle.ts";
import type { TokenReader } from "../../shared/auth/tokens.ts";
import { HttpRefusal } from "../../shared/http/refusal.ts";
import { type ErrorDetail, OciError } from "../../shared/oci/errors.ts";
import type { Clock } from "../../shared/ports/clock.ts";
import { StoreUnavailableError } from "../../shared/ports/table.ts";
import type { GatewayEvent } from "../gateway/request.ts";
import { scopesOf } from "./scopes-of.ts";

/** Calls the token function; what it is called with, and what it answers, is what the gateway would. */
export type InvokeToken = (event: GatewayEvent) => Promise<TokenResult>;

export interface TokenResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** base64 */
  readonly body?: string | undefined;
}

interface Exchange {
  readonly invoke: InvokeToken;
  readonly tokens: TokenReader;
  readonly clock: Pick<Clock, "now" | "newSecret">;
  readonly throttle: Pick<Throttle, "check">;
}

/** milliseconds: how long what was revoked may still be taken */
const REMEMBERED_FOR = 60_000;
const MOST = 1000;

/**
 * Knows people, policy and passwords through the token function alone, which gives a token for what the request is about.
 * The token is remembered for a minute, and what it was given for as a keyed hash.
 */
export function byExchange({ invoke, tokens, clock, throttle }: Exchange): ByCredentials {
  const known = new Remembered<string>({ most: MOST, now: clock.now });
  const secret = clock.newSecret();
  return async (credentials, request) => {
    const scopes = scopesOf(request);
    const shown = JSON.stringify([credentials.name, credentials.secret, scopes]);
    const hash = createHmac("sha256", secret).update(shown).digest("base64");
    const remembered = known.get(hash);
    if (remembered !== undefined) return senderByToken(remembered, { tokens });
    throttle.check({ name: ANONYMOUS, from: request.clientAddress });
    const verdict = verdictIn(await invoke(eventFor(credentials, scopes, request.clientAddress)));
    if (verdict.kind === "wrong") return WORTHLESS;
    known.set(hash, verdict.token, clock.now() + REMEMBERED_FOR);
    return senderByToken(verdict.token, { tokens });
  };
}

function eventFor(
  { name, secret }: Credentials,
  scopes: readonly string[],
  sourceIp: string | undefined,
): GatewayEvent {
  const basic = Buffer.from(`${name}:${secret}`).toString("base64");
  return {
    rawPath: "/token",
    rawQueryString: scopes.map((scope) => `scope=${encodeURIComponent(scope)}`).join("&"),
    headers: { authorization: `Basic ${basic}` },
    isBase64Encoded: false,
    requestContext: { http: { method: "GET", sourceIp: sourceIp ?? "" } },
  };
}

const TOO_LONG = "a token can't hold what the policy says of this: it names too many tags";

/** What the token function makes of credentials. */
type Verdict = { readonly kind: "right"; readonly token: string } | { readonly kind: "wrong" };

function verdictIn({ statusCode, headers = {}, body = "" }: TokenResult): Verdict {
  if (statusCode === 401) return { kind: "wrong" };
  if (statusCode === 429) {
    const { errors } = parsed(body) as { readonly errors: readonly [{ readonly detail?: ErrorDetail }] };
    throw new HttpRefusal("TOOMANYREQUESTS", errors[0].detail, {
      "Retry-After": headers["Retry-After"] ?? "1",
    });
  }
  // The credentials are right, but no token has room for what the policy says of this repository.
  if (statusCode === 400) throw new OciError("TOKEN_REQUEST_INVALID", { reason: TOO_LONG });
  if (statusCode !== 200) throw new StoreUnavailableError(`the token function answers ${statusCode}`);
  const { token } = parsed(body) as { readonly token: string };
  return { kind: "right", token };
}

const parsed = (body: string): unknown => JSON.parse(Buffer.from(body, "base64").toString("utf8"));
