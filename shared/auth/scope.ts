import { ACTIONS, type Action } from "../access/rights.ts";
import { OciError } from "../oci/errors.ts";
import { parseRepoName, type RepoName } from "../oci/names.ts";

/** What a client asks a token for: distribution's docs/spec/auth/scope.md. */
export type Scope =
  | { readonly kind: "repository"; readonly repo: RepoName; readonly actions: readonly Action[] }
  | { readonly kind: "catalog" }
  | { readonly kind: "administration" };

/** Each costs a look through all rules; a token holds far fewer. */
const MOST = 100;
/** skopeo asks for it before it deletes. The administration is asked for by its name alone. */
const ANY_ACTION = "*";
const MEANT_BY_ANY = ["pull", "push", "delete"] as const satisfies readonly Action[];

const CATALOG = "registry:catalog:*";
const ADMINISTRATION = "registry:berth:admin";

/**
 * The scopes of all `scope` parameters, each of which may hold several with spaces between them; each repository once.
 * What this registry has no notion of (types, actions, names of no repository) is left out, as the contract wants it:
 * a token never holds a name that a client made up. TOKEN_REQUEST_INVALID where there are too many.
 */
export function parseScopes(params: readonly string[]): readonly Scope[] {
  const texts = new Set(params.flatMap((param) => param.split(" ")).filter((text) => text !== ""));
  if (texts.size > MOST) {
    throw new OciError("TOKEN_REQUEST_INVALID", {
      reason: `more than ${MOST} scopes: ask for fewer at once`,
    });
  }
  const scopes = [...texts].map(parseScope).filter((scope) => scope !== undefined);
  return scopes.reduce<readonly Scope[]>(merged, []);
}

/** The type ends at the first colon, the actions begin after the last: a name may hold a port. */
function parseScope(text: string): Scope | undefined {
  const first = text.indexOf(":");
  const last = text.lastIndexOf(":");
  if (first === last) return undefined;
  const type = text.slice(0, first).replace(/\([^()]*\)$/, "");
  const name = text.slice(first + 1, last);
  const actions = text.slice(last + 1).split(",");
  if (type === "repository") return repositoryScope(name, actions);
  if (type !== "registry") return undefined;
  if (name === "catalog" && actions.includes(ANY_ACTION)) return { kind: "catalog" };
  return name === "berth" && actions.includes("admin") ? { kind: "administration" } : undefined;
}

function repositoryScope(name: string, asked: readonly string[]): Scope | undefined {
  const actions = asked.includes(ANY_ACTION)
    ? MEANT_BY_ANY
    : MEANT_BY_ANY.filter((action) => asked.includes(action));
  const repo = repoNamed(name);
  return repo !== undefined && actions.length > 0 ? { kind: "repository", repo, actions } : undefined;
}

function repoNamed(name: string): RepoName | undefined {
  try {
    return parseRepoName(name);
  } catch (error) {
    if (error instanceof OciError) return undefined;
    throw error;
  }
}

function merged(scopes: readonly Scope[], next: Scope): readonly Scope[] {
  if (next.kind !== "repository") {
    return scopes.some(({ kind }) => kind === next.kind) ? scopes : [...scopes, next];
  }
  const same = (scope: Scope) => scope.kind === "repository" && scope.repo === next.repo;
  const known = scopes.find(same);
  if (known?.kind !== "repository") return [...scopes, next];
  const actions = ACTIONS.filter((action) => known.actions.includes(action) || next.actions.includes(action));
  return scopes.map((scope) => (same(scope) ? { ...known, actions } : scope));
}

/** As a client asks for it. */
export function scopeText(scope: Scope): string {
  switch (scope.kind) {
    case "repository":
      return `repository:${scope.repo}:${scope.actions.join(",")}`;
    case "catalog":
      return CATALOG;
    case "administration":
      return ADMINISTRATION;
  }
}
