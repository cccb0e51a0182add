import type { RepoName, Tag } from "../oci/names.ts";
import { type Glob, matches } from "./glob.ts";
import type { Identity } from "./identity.ts";
import { type Policy, type Rule, type Subject, subjectText } from "./policy.ts";
import { type Action, allows, type Need } from "./rights.ts";
import { type Caller, callerIn, grantsOf, type OtherClaim, otherClaims, rightsFrom } from "./rights-of.ts";

/** What is asked of a policy; `admin` is for the registry as a whole. */
export type Question =
  | { readonly action: Exclude<Action, "admin">; readonly repo: RepoName; readonly tag?: Tag }
  | { readonly action: "admin" };

/** What a rule lacks to allow what is asked; `key`: the rule allows it, and the caller's access key does not. */
export type Part = "who" | "repository" | "action" | "tag" | "key";

/** One rule, seen with a question in mind. It allows what is asked where it lacks nothing. */
export interface Finding {
  /** `rules[2]` */
  readonly path: string;
  readonly line: number;
  /** the rule in one line */
  readonly rule: string;
  /** what it limits a push to */
  readonly tags?: readonly Glob[];
  /** by which of its subjects the rule means the caller */
  readonly as?: string;
  readonly lacks: readonly Part[];
  /** where it is about jobs of the caller's issuer: the claims that keep it from meaning this one */
  readonly otherClaims?: readonly OtherClaim[];
}

export interface Explanation {
  readonly allowed: boolean;
  /** of each rule; what lacks least comes first, then what is about the caller, then the order of the document */
  readonly findings: readonly Finding[];
}

/** Which rule decides, or what each lacks. `allowed` is what `allows` says to `rightsOf`. */
export function explain(policy: Policy, identity: Identity, question: Question): Explanation {
  const caller = callerIn(policy, identity);
  const findings = policy.rules
    .map((rule) => ({ ...examine(rule, caller, question), ...nearMiss(policy, rule, identity) }))
    .toSorted((one, other) => distance(one) - distance(other));
  return { allowed: findings.some(({ lacks }) => lacks.length === 0), findings };
}

/** What is about others is further from an answer than anything about the caller that lacks as much, or is nearly so. */
function distance({ lacks, otherClaims: near }: Finding): number {
  if (!lacks.includes("who")) return lacks.length;
  return lacks.length + (near ? 0.25 : 0.5);
}

/** By which claims a rule, as near as its subjects come, is about other jobs of the caller's issuer. */
function nearMiss({ groups }: Policy, { who }: Rule, identity: Identity): Pick<Finding, "otherClaims"> {
  if (identity.kind !== "oidc") return {};
  const subjects = who.flatMap((each) => (each.kind === "group" ? (groups.get(each.name) ?? []) : [each]));
  const misses = subjects
    .filter((subject) => subject.kind === "oidc")
    .filter(({ issuer }) => issuer === identity.issuer)
    .map((subject) => otherClaims(subject, identity))
    .toSorted((one, other) => one.length - other.length);
  const [nearest = []] = misses;
  return nearest.length === 0 ? {} : { otherClaims: nearest };
}

function examine(rule: Rule, caller: Caller, question: Question): Finding {
  const subject = caller.subjectOf(rule);
  const parts = missingParts(rule, subject, question);
  const isAllowed = allows(rightsFrom(grantsOf(rule, caller)), needOf(question));
  return {
    path: rule.path,
    line: rule.line,
    rule: ruleText(rule),
    ...(rule.tags && { tags: rule.tags }),
    ...(subject && { as: subjectText(subject) }),
    lacks: parts.length === 0 && !isAllowed ? ["key"] : parts,
  };
}

function missingParts(rule: Rule, subject: Subject | undefined, question: Question): readonly Part[] {
  const parts: Part[] = [];
  if (subject === undefined) parts.push("who");
  if (!rule.may.includes(question.action)) parts.push("action");
  if (question.action === "admin") return parts;
  const { repo, tag } = question;
  if (!rule.on.some((glob) => matches(glob, repo))) parts.push("repository");
  const isTagged = question.action === "push" && tag !== undefined && rule.tags !== undefined;
  if (isTagged && !rule.tags?.some((glob) => matches(glob, tag))) parts.push("tag");
  return parts;
}

/** A tag counts where it is pushed: it limits nothing else. */
function needOf(question: Question): Need {
  if (question.action === "admin") return { administration: true };
  const { action, repo, tag } = question;
  return { action, repo, ...(tag && { tags: [tag] }) };
}

/** `group:developers may pull, push on shop/**, tags v*` */
function ruleText({ who, may, on, tags }: Rule): string {
  const limit = tags ? `, tags ${tags.join(", ")}` : "";
  return `${who.map(subjectText).join(", ")} may ${may.join(", ")} on ${on.join(", ")}${limit}`;
}
