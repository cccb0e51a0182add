import { both, matches, outermost } from "./glob.ts";
import type { Identity } from "./identity.ts";
import type { Policy, Rule, Subject } from "./policy.ts";
import type { Grant, Rights } from "./rights.ts";

/** What a policy allows to an identity: what any rule about it does, within the limits of its access key. */
export const rightsOf = (policy: Policy, identity: Identity): Rights =>
  rightsFrom(policy.rules.flatMap((rule) => grantsOf(policy, rule, identity)));

/** The catalog is for whoever may pull something, and lists that; a token may have to hold it, so it is told briefly. */
export function rightsFrom(grants: readonly Grant[]): Rights {
  const pulls = grants.filter(({ actions }) => actions.includes("pull"));
  const searches = outermost(pulls.map(({ repositories }) => repositories));
  return { grants, searches, catalog: searches.length > 0 };
}

/** What one rule allows to an identity. What everyone may is no matter of a key, and so not limited by one. */
export function grantsOf(policy: Policy, rule: Rule, identity: Identity): readonly Grant[] {
  const subject = subjectOf(policy, rule, identity);
  if (subject === undefined) return [];
  const grants = rule.on.map((repositories) => ({
    repositories,
    actions: rule.may,
    ...(rule.tags && { tags: rule.tags }),
  }));
  const limits = subject.kind === "anonymous" || !("limits" in identity) ? undefined : identity.limits;
  return limits ? narrow(grants, limits) : grants;
}

/** The first subject of a rule that means this identity, everyone first; undefined where none does. */
export const subjectOf = (policy: Policy, rule: Rule, identity: Identity): Subject | undefined =>
  rule.who.find(({ kind }) => kind === "anonymous") ?? rule.who.find((each) => means(policy, each, identity));

function means(policy: Policy, subject: Subject, identity: Identity): boolean {
  switch (subject.kind) {
    case "anonymous":
      return true;
    case "authenticated":
      return identity.kind === "person" || identity.kind === "robot";
    case "person":
    case "robot":
      return identity.kind === subject.kind && identity.name === subject.name;
    case "group":
      return (policy.groups.get(subject.name) ?? []).some((member) => means(policy, member, identity));
    case "aws":
      return identity.kind === "aws" && matches(subject.arn, identity.arn);
    case "oidc":
      return identity.kind === "oidc" && identity.issuer === subject.issuer && claimsMatch(subject, identity);
  }
}

/** Each claim that the subject names must be there and match; of a claim with several values, one of them. */
const claimsMatch = (
  { claims }: Extract<Subject, { kind: "oidc" }>,
  identity: Extract<Identity, { kind: "oidc" }>,
): boolean =>
  [...claims].every(([claim, globs]) => {
    const values = Object.hasOwn(identity.claims, claim) ? [identity.claims[claim] ?? []].flat() : [];
    return values.some((value) => globs.some((glob) => matches(glob, value)));
  });

/** What grants and limits both allow. */
const narrow = (grants: readonly Grant[], limits: readonly Grant[]): readonly Grant[] =>
  grants.flatMap((grant) => limits.flatMap((limit) => intersect(grant, limit)));

function intersect(one: Grant, other: Grant): readonly Grant[] {
  const repositories = both(one.repositories, other.repositories);
  const actions = one.actions.filter((action) => other.actions.includes(action));
  if (repositories === undefined || actions.length === 0) return [];
  const tags = bothTags(one.tags, other.tags);
  return [{ repositories, actions, ...(tags && { tags }) }];
}

const bothTags = (one: Grant["tags"], other: Grant["tags"]): Grant["tags"] =>
  one && other ? one.flatMap((glob) => other.flatMap((each) => both(glob, each) ?? [])) : (one ?? other);
