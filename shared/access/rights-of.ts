import { both, type Glob, matches, outermost } from "./glob.ts";
import type { Identity } from "./identity.ts";
import type { Policy, Rule, Subject } from "./policy.ts";
import type { Grant, Rights } from "./rights.ts";

/** What a policy allows to an identity: what any rule about it does, within the limits of its access key. */
export function rightsOf(policy: Policy, identity: Identity): Rights {
  const caller = callerIn(policy, identity);
  return rightsFrom(policy.rules.flatMap((rule) => grantsOf(rule, caller)));
}

/** An identity, seen by one policy. */
export interface Caller {
  /** The first subject of a rule that means this identity, everyone first; undefined where none does. */
  readonly subjectOf: (rule: Rule) => Subject | undefined;
  readonly limits?: readonly Grant[];
}

/** Each group is looked through once, however many rules name it. */
export function callerIn({ groups }: Policy, identity: Identity): Caller {
  const known = new Map<string, boolean>();
  const isMember = (group: string): boolean => {
    const isIn = known.get(group) ?? (groups.get(group) ?? []).some(isMeant);
    known.set(group, isIn);
    return isIn;
  };
  const isMeant = (subject: Subject): boolean =>
    subject.kind === "group" ? isMember(subject.name) : means(subject, identity);
  return {
    subjectOf: ({ who }) => who.find(({ kind }) => kind === "anonymous") ?? who.find(isMeant),
    ...("limits" in identity && identity.limits && { limits: identity.limits }),
  };
}

/** The catalog is for whoever may pull something, and lists that; a token may have to hold it, so it is told briefly. */
export function rightsFrom(grants: readonly Grant[]): Rights {
  const pulls = grants.filter(({ actions }) => actions.includes("pull"));
  const searches = outermost(pulls.map(({ repositories }) => repositories));
  return { grants, searches, catalog: searches.length > 0 };
}

/** What one rule allows to an identity. What everyone may is no matter of a key, and so not limited by one. */
export function grantsOf(rule: Rule, { subjectOf, limits }: Caller): readonly Grant[] {
  const subject = subjectOf(rule);
  if (subject === undefined) return [];
  if (subject.kind !== "anonymous" && limits) return limits.flatMap((limit) => narrow(rule, limit));
  const { on, may: actions, tags } = rule;
  return on.map((repositories) => ({ repositories, actions, ...(tags && { tags }) }));
}

function means(subject: Exclude<Subject, { kind: "group" }>, identity: Identity): boolean {
  switch (subject.kind) {
    case "anonymous":
      return true;
    case "authenticated":
      return identity.kind === "person" || identity.kind === "robot";
    case "person":
    case "robot":
      return identity.kind === subject.kind && identity.name === subject.name;
    case "aws":
      return identity.kind === "aws" && matches(subject.arn, identity.arn);
    case "oidc":
      return identity.kind === "oidc" && identity.issuer === subject.issuer && claimsMatch(subject, identity);
  }
}

const claimsMatch = (subject: OidcSubject, identity: OidcIdentity): boolean =>
  otherClaims(subject, identity).length === 0;

type OidcSubject = Extract<Subject, { kind: "oidc" }>;
type OidcIdentity = Extract<Identity, { kind: "oidc" }>;

/** A claim by which a subject does not mean who has it. */
export interface OtherClaim {
  readonly claim: string;
  readonly wanted: readonly Glob[];
  /** none, where it is not there */
  readonly has: readonly string[];
}

/** Each claim that the subject names must be there and match; of a claim with several values, one of them. */
export const otherClaims = ({ claims }: OidcSubject, identity: OidcIdentity): readonly OtherClaim[] =>
  [...claims].flatMap(([claim, wanted]) => {
    const has = Object.hasOwn(identity.claims, claim) ? [identity.claims[claim] ?? []].flat() : [];
    const isMatched = has.some((value) => wanted.some((glob) => matches(glob, value)));
    return isMatched ? [] : [{ claim, wanted, has }];
  });

/** What a rule and a limit both allow. */
function narrow({ on, may, tags: those }: Rule, limit: Grant): readonly Grant[] {
  const actions = may.filter((action) => limit.actions.includes(action));
  if (actions.length === 0) return [];
  const globs = on.flatMap((glob) => both(glob, limit.repositories) ?? []);
  const tags = globs.length === 0 ? undefined : bothTags(those, limit.tags);
  return globs.map((repositories) => ({ repositories, actions, ...(tags && { tags }) }));
}

const bothTags = (one: Grant["tags"], other: Grant["tags"]): Grant["tags"] =>
  one && other ? one.flatMap((glob) => other.flatMap((each) => both(glob, each) ?? [])) : (one ?? other);
