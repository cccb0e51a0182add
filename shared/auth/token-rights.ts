import { type Glob, isName, matches } from "../access/glob.ts";
import { type Action, allows, type Grant, type Need, type Rights } from "../access/rights.ts";
import type { RepoName } from "../oci/names.ts";
import { type Scope, scopeText } from "./scope.ts";

/** What a token says of one scope that it was asked for. */
export interface RepositoryEntry {
  readonly type: "repository";
  readonly name: RepoName;
  readonly actions: readonly Action[];
  /** push only to these; absent: to all */
  readonly tags?: readonly Glob[];
  /** asked for, and not allowed: another token would not allow it either */
  readonly refused?: readonly Action[];
}
interface RegistryEntry {
  readonly type: "registry";
  readonly name: "catalog" | "berth";
  readonly actions: readonly string[];
}
/** Docker's claim `access`, with `tags` and `refused` beside what Docker has. */
export type AccessEntry = RepositoryEntry | RegistryEntry;

/** bytes that globs may take of a token: see MOST_BYTES in tokens.ts */
const MOST_FOR_MOUNTS = 1024;
const MOST_FOR_CATALOG = 2048;

/** The rights of a caller, as far as a token was asked for them. */
export interface TokenRights {
  readonly access: readonly AccessEntry[];
  /** where there is use for it: to list the catalog, and to mount */
  readonly searches?: readonly Glob[];
  /** the catalog lists more than there is room for in `searches` */
  readonly isCut?: true;
}

/**
 * What a token for these scopes holds: of each what is allowed, which may be nothing. A mount that does not find its source
 * is an upload, and a catalog that lists a part says so: a long policy must not be in the way of either.
 */
export function narrowTo(scopes: readonly Scope[], rights: Rights): TokenRights {
  const access = scopes.map((scope) => entryOf(scope, rights));
  const isForCatalog = access.some((entry) => permits(entry, "*"));
  if (!isForCatalog && !access.some((entry) => permits(entry, "push"))) return { access };
  const searches = fitting(rights.searches, isForCatalog ? MOST_FOR_CATALOG : MOST_FOR_MOUNTS);
  const isCut = isForCatalog && searches.length < rights.searches.length;
  return { access, searches, ...(isCut && { isCut }) };
}

/** As many as fit. Patterns come first: each finds more than a name does. */
function fitting(searches: readonly Glob[], room: number): readonly Glob[] {
  const inOrder = [...searches.filter((glob) => !isName(glob)), ...searches.filter(isName)];
  let left = room;
  return inOrder.filter((glob) => {
    left -= JSON.stringify(glob).length + 1;
    return left >= 0;
  });
}

const permits = ({ actions }: { readonly actions: readonly string[] }, action: string): boolean =>
  actions.includes(action);

function entryOf(scope: Scope, rights: Rights): AccessEntry {
  switch (scope.kind) {
    case "repository":
      return repositoryEntry(scope.repo, scope.actions, rights);
    case "catalog":
      return { type: "registry", name: "catalog", actions: rights.catalog ? ["*"] : [] };
    case "administration":
      return {
        type: "registry",
        name: "berth",
        actions: allows(rights, { administration: true }) ? ["admin"] : [],
      };
  }
}

/** Each grant is held against the name once, however many actions were asked for. */
function repositoryEntry(repo: RepoName, asked: readonly Action[], rights: Rights): RepositoryEntry {
  const here = rights.grants.filter(({ repositories }) => matches(repositories, repo));
  const actions = asked.filter((action) => here.some((grant) => permits(grant, action)));
  const refused = asked.filter((action) => !actions.includes(action));
  const pushes = here.filter((grant) => permits(grant, "push"));
  const tags = actions.includes("push") ? tagsOf(pushes) : undefined;
  return {
    type: "repository",
    name: repo,
    actions,
    ...(tags && { tags }),
    ...(refused.length > 0 && { refused }),
  };
}

/** Undefined where one of the grants allows all tags. */
function tagsOf(pushes: readonly Grant[]): readonly Glob[] | undefined {
  const limits = pushes.map(({ tags }) => tags);
  return limits.includes(undefined) ? undefined : [...new Set(limits.flatMap((tags) => tags ?? []))];
}

/** What the holder of a token may. */
export const rightsIn = ({ access, searches = [], isCut }: TokenRights): Rights => ({
  grants: access.map(grantOf).filter((grant) => grant !== undefined),
  searches,
  ...(isCut && { isCut }),
  catalog: access.some((entry) => isOf(entry, "catalog") && permits(entry, "*")),
});

function grantOf(entry: AccessEntry): Grant | undefined {
  if (entry.type === "registry") {
    return permits(entry, "admin") ? { repositories: "**" as Glob, actions: ["admin"] } : undefined;
  }
  // A repository's name holds no star: as a glob it is itself alone.
  const repositories: string = entry.name;
  return {
    repositories: repositories as Glob,
    actions: entry.actions,
    ...(entry.tags && { tags: entry.tags }),
  };
}

const isOf = ({ type, name }: AccessEntry, which: RegistryEntry["name"]): boolean =>
  type === "registry" && name === which;

/** Whether the token was asked for what is needed, so that another one would say the same. */
export function wasAskedFor({ access }: TokenRights, need: Need): boolean {
  if ("catalog" in need) return access.some((entry) => isOf(entry, "catalog"));
  if ("administration" in need) return access.some((entry) => isOf(entry, "berth"));
  return access.some(
    (entry) =>
      entry.type === "repository" &&
      entry.name === need.repo &&
      [...entry.actions, ...(entry.refused ?? [])].includes(need.action),
  );
}

/** What was granted, in the words of a request. */
export const grantedScopes = ({ access }: TokenRights): string =>
  access
    .filter(({ actions }) => actions.length > 0)
    .map(({ type, name, actions }) => `${type}:${name}:${actions.join(",")}`)
    .join(" ");

/** What to ask a token for: whoever pushes reads as well, so the two go together. */
export function scopeFor(need: Need): string {
  if ("catalog" in need) return scopeText({ kind: "catalog" });
  if ("administration" in need) return scopeText({ kind: "administration" });
  const actions: readonly Action[] = need.action === "push" ? ["pull", "push"] : [need.action];
  return scopeText({ kind: "repository", repo: need.repo, actions });
}
