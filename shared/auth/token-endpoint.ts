import { type Identity, nameOf } from "../access/identity.ts";
import { allows, type Rights } from "../access/rights.ts";
import { answered } from "../http/answered.ts";
import { json } from "../http/answers.ts";
import type { HttpAnswer, HttpHandler, HttpRequest } from "../http/messages.ts";
import { HttpRefusal } from "../http/refusal.ts";
import type { Clock } from "../ports/clock.ts";
import { type Authenticator, isRenewable } from "./authenticate.ts";
import type { LogIn } from "./log-in.ts";
import { ANONYMOUS, type Throttle } from "./throttle/throttle.ts";
import { parseTokenRequest, type TokenRequest } from "./token-request.ts";
import { grantedScopes, narrowTo, rightsIn, type TokenRights } from "./token-rights.ts";
import { ACCESS_LIFE, type Tokens } from "./tokens.ts";

/** Where tokens are had, on the registry's own host and port: some clients send credentials nowhere else. */
export const TOKEN_PATH = "/token";

export interface TokenEndpointOptions {
  readonly service: string;
  readonly tokens: Tokens;
  readonly logIn: LogIn;
  readonly again: Authenticator["again"];
  readonly rightsOf: (identity: Identity) => Promise<Rights>;
  readonly clock: Pick<Clock, "now">;
  readonly throttle: Throttle;
  /** told why, whenever a store can't serve and the client gets a 503 */
  readonly onUnavailable: (error: Error) => void;
}

/** Answers requests for tokens. What is not allowed is left out of the token: only wrong credentials are refused. */
export const createTokenEndpoint = (options: TokenEndpointOptions): HttpHandler =>
  answered((request) => answer(request, options), { headBody: "none", onUnavailable: options.onUnavailable });

async function answer(request: HttpRequest, options: TokenEndpointOptions): Promise<HttpAnswer> {
  const asked = await parseTokenRequest(request);
  const identity = await whoAsks(asked, request, options);
  if (identity === "unknown") throw wrongCredentials(options.service);
  const granted = narrowTo(asked.scopes, await options.rightsOf(identity));
  const administers = allows(rightsIn(granted), { administration: true });
  const token = await options.tokens.issueAccess({
    subject: nameOf(identity),
    ...(administers && isRenewable(identity) && { identity }),
    ...granted,
  });
  const refresh = asked.offline && isRenewable(identity) && (await options.tokens.issueRefresh(identity));
  const body = {
    ...bodyOf(token, asked, granted),
    issued_at: new Date(options.clock.now()).toISOString(),
    ...(refresh !== false && { refresh_token: refresh }),
  };
  return json(200, body, { "Cache-Control": "no-store" });
}

/** Both names of the token: clients look for one or the other. */
const bodyOf = (token: string, { tellsScope }: TokenRequest, granted: TokenRights) => ({
  token,
  access_token: token,
  expires_in: ACCESS_LIFE,
  ...(tellsScope && { token_type: "Bearer", scope: grantedScopes(granted) }),
});

async function whoAsks(
  { grounds }: TokenRequest,
  { clientAddress: from }: HttpRequest,
  { tokens, logIn, again, throttle }: TokenEndpointOptions,
): Promise<Identity | "unknown"> {
  const counted = async <Who extends Identity | "unknown">(who: Who): Promise<Who> => {
    await throttle.count({ name: who === "unknown" ? ANONYMOUS : nameOf(who), from });
    return who;
  };
  switch (grounds.kind) {
    case "nothing":
      return counted({ kind: "anonymous" });
    case "credentials":
      return counted(await logIn({ ...grounds.credentials, from: from ?? "" }, "looked-up"));
    case "refresh": {
      const identity = await tokens.readRefresh(grounds.token);
      const who = await counted(identity === "invalid" ? "unknown" : identity);
      return who === "unknown" ? who : again(who);
    }
    case "unusable":
      return counted("unknown");
  }
}

const wrongCredentials = (service: string): HttpRefusal =>
  new HttpRefusal("CREDENTIALS_WRONG", undefined, { "WWW-Authenticate": `Basic realm="${service}"` });
