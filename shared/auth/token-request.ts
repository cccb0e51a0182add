import { readAtMost } from "../http/bodies.ts";
import type { HttpRequest } from "../http/messages.ts";
import { HttpRefusal } from "../http/refusal.ts";
import { OciError } from "../oci/errors.ts";
import type { Credentials } from "./authenticate.ts";
import { parseAuthorization } from "./authorization.ts";
import { parseScopes, type Scope } from "./scope.ts";

/** By what a token is asked for. */
export type Grounds =
  | { readonly kind: "nothing" }
  | { readonly kind: "credentials"; readonly credentials: Credentials }
  | { readonly kind: "refresh"; readonly token: string }
  | { readonly kind: "unusable" };

export interface TokenRequest {
  readonly grounds: Grounds;
  readonly scopes: readonly Scope[];
  /** asked for a refresh token */
  readonly offline: boolean;
  /** OAuth 2 wants to hear which scopes were granted */
  readonly tellsScope: boolean;
}

/** The ID token of a CI system may be a password here; that of a cloud takes 2 KB. */
const MOST_BYTES = 16 * 1024;

/** milliseconds for the whole of a form, which anybody may send: each connection is one of as many as there may be */
const FORM_TIME = 30_000;

/** GET (docs/spec/auth/token.md) or POST (oauth.md), both of distribution. UNSUPPORTED, TOKEN_REQUEST_INVALID, REQUEST_TIMEOUT */
export async function parseTokenRequest(request: HttpRequest): Promise<TokenRequest> {
  switch (request.method) {
    case "GET":
      return fromQuery(request);
    case "POST":
      return fromForm(new URLSearchParams(await readForm(request)));
    default:
      throw new HttpRefusal("UNSUPPORTED", { allow: "GET, POST" }, { Allow: "GET, POST" });
  }
}

function fromQuery({ query, header }: HttpRequest): TokenRequest {
  const params = new URLSearchParams(query);
  return {
    grounds: groundsIn(header("authorization")),
    scopes: parseScopes(params.getAll("scope")),
    offline: params.get("offline_token") === "true",
    tellsScope: false,
  };
}

function groundsIn(header: string | undefined): Grounds {
  const authorization = parseAuthorization(header);
  switch (authorization.kind) {
    case "none":
      return { kind: "nothing" };
    case "basic":
      return { kind: "credentials", credentials: authorization.credentials };
    case "bearer":
    case "unusable":
      return { kind: "unusable" };
  }
}

function fromForm(params: URLSearchParams): TokenRequest {
  return {
    grounds: grantIn(params),
    scopes: parseScopes(params.getAll("scope")),
    offline: params.get("access_type") === "offline",
    tellsScope: true,
  };
}

function grantIn(params: URLSearchParams): Grounds {
  const field = (name: string): string => params.get(name) ?? missing(name);
  switch (params.get("grant_type") ?? "") {
    case "password":
      return { kind: "credentials", credentials: { name: field("username"), secret: field("password") } };
    case "refresh_token":
      return { kind: "refresh", token: field("refresh_token") };
    default:
      return invalid("grant_type is password or refresh_token");
  }
}

async function readForm({ body }: HttpRequest): Promise<string> {
  const bytes = await inTime(readAtMost(body, MOST_BYTES));
  if (bytes === "too-large") return invalid(`the form has more than ${MOST_BYTES} bytes`);
  return Buffer.from(bytes).toString("utf8");
}

/** Who sends it so slowly has the connection no longer: RFC 9110 § 15.5.9. */
async function inTime<Read>(reading: Promise<Read>): Promise<Read> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(tooSlow()), FORM_TIME);
  try {
    return await Promise.race([reading, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const tooSlow = (): HttpRefusal =>
  new HttpRefusal(
    "REQUEST_TIMEOUT",
    { reason: `a form has to come within ${FORM_TIME / 1000} s` },
    { Connection: "close" },
  );

const missing = (name: string): never => invalid(`${name} is missing`);

function invalid(reason: string): never {
  throw new OciError("TOKEN_REQUEST_INVALID", { reason });
}
