import { type Identity, nameOf } from "../access/identity.ts";
import type { Rights } from "../access/rights.ts";
import { json } from "../http/answers.ts";
import type { HttpAnswer, HttpHandler, HttpRequest } from "../http/messages.ts";
import { HttpRefusal, isUnavailable, refusalOf } from "../http/refusal.ts";
import type { Clock } from "../ports/clock.ts";
import type { Authenticator, LoggedIn } from "./authenticate.ts";
import type { LogIn } from "./log-in.ts";
import { parseTokenRequest, type TokenRequest } from "./token-request.ts";
import { grantedScopes, narrowTo, type TokenRights } from "./token-rights.ts";
import { ACCESS_LIFE, type Tokens } from "./tokens.ts";

export interface TokenEndpointOptions {
  readonly service: string;
  readonly tokens: Tokens;
  readonly logIn: LogIn;
  readonly again: Authenticator["again"];
  readonly rightsOf: (identity: Identity) => Promise<Rights>;
  readonly clock: Pick<Clock, "now">;
  /** told why, whenever a store can't serve and the client gets a 503 */
  readonly onUnavailable: (error: Error) => void;
}

const ANONYMOUS: LoggedIn = { identity: { kind: "anonymous" } };

/** Answers requests for tokens. What is not allowed is left out of the token: only wrong credentials are refused. */
export function createTokenEndpoint(options: TokenEndpointOptions): HttpHandler {
  return async (request) => {
    try {
      return await answer(request, options);
    } catch (error) {
      if (isUnavailable(error)) options.onUnavailable(error);
      return refusalOf(error);
    }
  };
}

async function answer(request: HttpRequest, options: TokenEndpointOptions): Promise<HttpAnswer> {
  const { tokens, rightsOf, clock } = options;
  const asked = await parseTokenRequest(request);
  const found = await whoAsks(asked, request, options);
  if (found === "unknown") throw wrongCredentials(options.service);
  const subject = nameOf(found.identity);
  const granted = narrowTo(asked.scopes, await rightsOf(found.identity));
  const issuedAt = new Date(clock.now()).toISOString();
  const token = await tokens.issueAccess({ subject, ...granted });
  const { renewal } = found;
  const refresh =
    asked.offline && renewal !== undefined
      ? { refresh_token: await tokens.issueRefresh({ subject, renewal }) }
      : {};
  return json(200, { ...body(token, issuedAt, asked, granted), ...refresh }, { "Cache-Control": "no-store" });
}

/** Both names of the token: clients look for one or the other. */
const body = (token: string, issuedAt: string, { tellsScope }: TokenRequest, granted: TokenRights) => ({
  token,
  access_token: token,
  expires_in: ACCESS_LIFE,
  issued_at: issuedAt,
  ...(tellsScope && { token_type: "Bearer", scope: grantedScopes(granted) }),
});

async function whoAsks(
  { grounds }: TokenRequest,
  request: HttpRequest,
  { tokens, logIn, again }: TokenEndpointOptions,
): Promise<LoggedIn | "unknown"> {
  switch (grounds.kind) {
    case "nothing":
      return ANONYMOUS;
    case "credentials":
      return logIn({ ...grounds.credentials, from: request.clientAddress ?? "" });
    case "refresh": {
      const read = await tokens.readRefresh(grounds.token);
      if (read === "invalid") return "unknown";
      const identity = await again(read.renewal);
      return identity === "unknown" ? identity : { identity, renewal: read.renewal };
    }
    case "unusable":
      return "unknown";
  }
}

const wrongCredentials = (service: string): HttpRefusal =>
  new HttpRefusal("CREDENTIALS_WRONG", undefined, { "WWW-Authenticate": `Basic realm="${service}"` });
