import type { Explanation, Finding, Part, Question } from "../../shared/access/explain.ts";
import type { Identity } from "../../shared/access/identity.ts";
import { nameOf } from "../../shared/access/identity.ts";

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
    return [`allowed: ${asked}`, ...allowing.flatMap(allowingLines)].join("\n");
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

const refusingLines = ({ path, line, rule, lacks }: Finding): readonly string[] => [
  `  ${path}, line ${line}, ${lacks.map((part) => LACKING[part]).join(" and ")}`,
  `    ${rule}`,
];
