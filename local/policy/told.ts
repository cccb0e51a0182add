import type { Explanation, Finding, Part, Question } from "../../shared/access/explain.ts";
import { type Identity, nameOf } from "../../shared/access/identity.ts";
import type { OtherClaim } from "../../shared/access/rights-of.ts";

/** Rules that are told where none allows it: those that lack least. */
const NEAREST = 3;

const LACKING: Readonly<Record<Part, string>> = {
  who: "is about others",
  action: "does not allow that action",
  repository: "is about other repositories",
  tag: "allows other tags",
  key: "allows it, but the access key does not",
};

/** An explanation in lines. */
export function told(identity: Identity, question: Question, { allowed, findings }: Explanation): string {
  const asked = `${nameOf(identity)}: ${inWords(question)}`;
  if (allowed) {
    const allowing = findings.filter(({ lacks }) => lacks.length === 0);
    return [`allowed: ${asked}`, ...allowing.flatMap(allowingLines), ...tagLines(question, allowing)].join(
      "\n",
    );
  }
  const nearest = findings.slice(0, NEAREST);
  const others = findings.length - nearest.length;
  return [
    `denied: ${asked}`,
    ...(findings.length === 0 ? ["  the policy has no rule"] : nearest.flatMap(refusingLines)),
    ...(others > 0 ? [`  and ${others} more, which lack as much or more (see --json)`] : []),
  ].join("\n");
}

const inWords = (question: Question): string => {
  if (question.action === "admin") return "administer the registry";
  const { action, repo, tag } = question;
  return `${action} ${repo}${tag === undefined ? "" : `:${tag}`}`;
};

const allowingLines = ({ path, line, rule, as }: Finding): readonly string[] => [
  `  by ${path}, line ${line}, as ${as}`,
  `    ${rule}`,
];

/** Without a tag, what was asked is whether anything can be pushed: by its digest, that needs no tag. */
function tagLines(question: Question, allowing: readonly Finding[]): readonly string[] {
  if (question.action !== "push" || question.tag !== undefined) return [];
  return allowing.every(({ tags }) => tags) ? ["  a tag must be one of these: ask about it with --tag"] : [];
}

const refusingLines = ({ path, line, rule, lacks, otherClaims = [] }: Finding): readonly string[] => [
  `  ${path}, line ${line}, ${lacks.map((part) => LACKING[part]).join(" and ")}`,
  `    ${rule}`,
  ...otherClaims.map((other) => `    ${claimText(other)}`),
];

/** `ref must be refs/heads/main, and is refs/heads/dev` */
const claimText = ({ claim, wanted, has }: OtherClaim): string =>
  `${claim} must be ${wanted.join(" or ")}, and is ${has.length === 0 ? "not there" : has.join(" and ")}`;
