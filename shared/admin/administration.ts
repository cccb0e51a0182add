import type { Identity } from "../access/identity.ts";
import { MissingRight } from "../access/missing-right.ts";
import { allows } from "../access/rights.ts";
import { type Audit, type Deed, deedsOf } from "../audit/event.ts";
import { outcomeOf } from "../audit/outcome.ts";
import { admit } from "../http/admission.ts";
import { answered } from "../http/answered.ts";
import type { Authority } from "../http/authority.ts";
import type { HttpAnswer, HttpHandler, HttpRequest } from "../http/messages.ts";
import { HttpRefusal } from "../http/refusal.ts";
import { OciError } from "../oci/errors.ts";
import { type AdminCall, type Endpoint, match, ROOT } from "./endpoint.ts";

export interface AdministrationOptions {
  readonly authority: Authority;
  readonly endpoints: readonly Endpoint[];
  /**
   * Whether somebody who showed the right is still known, and has it. A token says what was so some minutes ago, and whoever
   * administers can give themselves a way in that lasts.
   */
  readonly mayStill: (identity: Identity) => Promise<boolean>;
  /** told what was administered, by whom */
  readonly audit?: Audit;
  /** told why, whenever a store can't serve and the client gets a 503 */
  readonly onUnavailable: (error: Error) => void;
}

/** Puts the administration beside what `inner` answers: no repository's name begins with an underscore. */
export function withAdministration(inner: HttpHandler, options: AdministrationOptions): HttpHandler {
  const answer = answered((request) => answerRequest(request, options), {
    headBody: "none",
    onUnavailable: options.onUnavailable,
  });
  return (request) => (request.path.startsWith(ROOT) ? answer(request) : inner(request));
}

/** The right is asked for before anything of the request but its path is read. */
async function answerRequest(
  request: HttpRequest,
  { authority, endpoints, mayStill, audit = () => {} }: AdministrationOptions,
): Promise<HttpAnswer> {
  const found = match(endpoints, request.method, unescaped(request.path).slice(ROOT.length));
  if (found.kind === "nowhere") throw new OciError("NOT_FOUND");
  if (found.kind === "wrong-method") {
    const allow = found.allow.join(", ");
    throw new HttpRefusal("UNSUPPORTED", { allow }, { Allow: allow });
  }
  const { endpoint, params } = found;
  const answer = await admit({ authority, request, loginFirst: endpoint.needs === "login" }, (access) =>
    endpoint.needs === "login"
      ? endpoint.answer({ request, access, params, isAbout: () => {} })
      : administer({ endpoint, request, access, params }, mayStill, audit),
  );
  return { ...answer, headers: { ...answer.headers, "Cache-Control": "no-store" } };
}

type Administering = Omit<AdminCall, "isAbout"> & { readonly endpoint: Endpoint };

/** Does it for who may, and tells the audit, also of what was refused. */
async function administer(
  { endpoint, ...call }: Administering,
  mayStill: AdministrationOptions["mayStill"],
  audit: Audit,
): Promise<HttpAnswer> {
  const { request, access } = call;
  const tell = deedsOf(audit, access.caller.name, request.clientAddress);
  const about: Record<string, string> = {};
  const deed = (location = request.path): Deed => ({
    event: "administration",
    action: `${endpoint.method} ${endpoint.path}`,
    target: unescaped(location).slice(ROOT.length),
    ...(Object.keys(about).length > 0 && { about }),
  });
  try {
    const need = { administration: true } as const;
    const isShown = allows(access.rights, need);
    const may = isShown && (access.identity === undefined || (await mayStill(access.identity)));
    if (!may) throw new MissingRight(access, need);
    const answer = await endpoint.answer({ ...call, isAbout: (facts) => void Object.assign(about, facts) });
    tell(deed(answer.headers["Location"]), { outcome: "done" });
    return answer;
  } catch (error) {
    const outcome = outcomeOf(error);
    if (outcome) tell(deed(), outcome);
    throw error;
  }
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new OciError("NOT_FOUND", { path: path.slice(0, 300) }, { cause });
  }
}
