import { ROOT } from "../../shared/admin/endpoint.ts";
import { type Scope, scopeText } from "../../shared/auth/scope.ts";
import type { HttpRequest } from "../../shared/http/messages.ts";
import { parseRoute, type Route } from "../../shared/http/route.ts";

/** The scopes of a token that says all about a caller which the answer to a request may ask. */
export const scopesOf = (request: HttpRequest): readonly string[] =>
  request.path.startsWith(ROOT)
    ? [scopeText({ kind: "administration" })]
    : scopesOfRoute(parseRoute(request)).map(scopeText);

function scopesOfRoute(route: Route): readonly Scope[] {
  if (route.kind === "catalog.list") return [{ kind: "catalog" }];
  if (!("repo" in route)) return [];
  const own = { kind: "repository", repo: route.repo, actions: ["pull", "push", "delete"] } as const;
  const from = route.kind === "upload.mount" ? route.from : undefined;
  return from === undefined ? [own] : [own, { kind: "repository", repo: from, actions: ["pull"] }];
}
