import type { RepoName, Tag } from "../oci/names.ts";
import { type Glob, isName, matches } from "./glob.ts";

/** What a policy can allow. `admin` is the administration of the registry itself, and holds none of the others. */
export const ACTIONS = ["pull", "push", "delete", "admin"] as const;
export type Action = (typeof ACTIONS)[number];

/** What one rule of a policy, or one entry of a token, allows. An exact repository name is a glob, too. */
export interface Grant {
  readonly repositories: Glob;
  readonly actions: readonly Action[];
  /** push only to these tags; absent: to all */
  readonly tags?: readonly Glob[];
}

/** What a caller may do. Nothing else: there is no rule that takes away. */
export interface Rights {
  readonly grants: readonly Grant[];
  /** What the catalog lists, and a mount without a source looks through: all that the caller may pull. */
  readonly searches: readonly Glob[];
  /** the caller may pull more than these rights, those of a token, had room for */
  readonly isCut?: true;
  /** may list the catalog */
  readonly catalog: boolean;
}

/** Something to be done in a repository; with `tags`, a push that sets them. */
export interface RepositoryNeed {
  readonly action: Action;
  readonly repo: RepoName;
  readonly tags?: readonly Tag[];
}

/** What one request needs of its caller's rights. */
export type Need = RepositoryNeed | { readonly catalog: true } | { readonly administration: true };

const ALL = "**" as Glob;

/** An open registry's. */
export const EVERYTHING: Rights = {
  grants: [{ repositories: ALL, actions: ACTIONS }],
  searches: [ALL],
  catalog: true,
};

/** Whether these rights are enough. Each tag of a push may be allowed by another grant. */
export function allows(rights: Rights, need: Need): boolean {
  if ("catalog" in need) return rights.catalog;
  if ("administration" in need) return rights.grants.some(administers);
  const grants = rights.grants.filter((grant) => reaches(grant, need));
  const tags = need.action === "push" ? (need.tags ?? []) : [];
  return grants.length > 0 && tags.every((tag) => grants.some((grant) => letsPush(grant, tag)));
}

/** Whether a grant is about what is needed; which tags it lets one push is another question. */
const reaches = ({ repositories, actions }: Grant, { action, repo }: RepositoryNeed): boolean =>
  actions.includes(action) && matches(repositories, repo);

/** Whether a grant that allows a push allows it to this tag. */
const letsPush = ({ tags }: Grant, tag: Tag): boolean =>
  tags === undefined || tags.some((glob) => matches(glob, tag));

/** The registry is administered as a whole: not by who has `admin` on a part of it. */
const administers = ({ repositories, actions }: Grant): boolean =>
  repositories === ALL && actions.includes("admin");

/** What the catalog lists, and what a mount may look into. */
export const findable = ({ searches, grants }: Rights): readonly Glob[] => [
  ...searches,
  ...grants.filter(({ actions }) => actions.includes("pull")).map(({ repositories }) => repositories),
];

/** Whether the catalog lists a repository, and a mount may look into it: to be asked of many. */
export function finder(rights: Rights): (repo: RepoName) => boolean {
  const globs = findable(rights);
  const names = new Set<string>(globs.filter(isName));
  const patterns = [...new Set(globs.filter((glob) => !isName(glob)))];
  return (repo) => names.has(repo) || patterns.some((glob) => matches(glob, repo));
}

/** Whether that is so of every repository, and none needs to be looked at. */
export const findsAll = ({ searches }: Rights): boolean => searches.includes(ALL);

/** Of who is not known, and of a token without a scope. */
export const NOTHING: Rights = { grants: [], searches: [], catalog: false };
