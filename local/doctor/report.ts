import type { CheckResult } from "./examine.ts";

/** What `--json` prints: docs/doctor.md § For machines. A change that breaks a reader raises `version`. */
export interface Report {
  readonly version: 1;
  readonly url: string;
  readonly repository: string;
  /** green: everything is in order; findings: something is not; incomplete: not everything could be looked at */
  readonly outcome: "green" | "findings" | "incomplete";
  readonly milliseconds: number;
  readonly counts: Readonly<Record<CheckResult["status"], number>>;
  readonly checks: readonly CheckResult[];
}

export const EXIT_CODES = { green: 0, findings: 1, incomplete: 2 } as const;

export interface ReportParts {
  readonly url: string;
  readonly repository: string;
  readonly milliseconds: number;
  readonly checks: readonly CheckResult[];
  readonly interrupted: boolean;
}

export function reportOf({ interrupted, ...parts }: ReportParts): Report {
  const count = (status: CheckResult["status"]) =>
    parts.checks.filter((check) => check.status === status).length;
  const counts = {
    passed: count("passed"),
    failed: count("failed"),
    inapplicable: count("inapplicable"),
    blocked: count("blocked"),
  };
  const isIncomplete = interrupted || counts.blocked > 0;
  const outcome = counts.failed > 0 ? "findings" : isIncomplete ? "incomplete" : "green";
  return { version: 1, ...parts, outcome, counts };
}

const MARKS = { passed: "ok  ", failed: "FAIL", inapplicable: "-   ", blocked: "?   " } as const;

/** One check as lines for people. */
export function linesOf(result: CheckResult): readonly string[] {
  const line = `${MARKS[result.status]} ${result.id.padEnd(20)} ${result.title}`;
  switch (result.status) {
    case "passed":
      return [result.note === undefined ? line : `${line}: ${result.note}`];
    case "failed":
      return [line, `       wrong: ${result.problem}`, `       cure:  ${result.cure}`];
    case "inapplicable":
      return [`${line}: ${result.why}`];
    case "blocked":
      return [line, `       not checked: ${result.why}`];
  }
}

/** The last line. */
export function summaryOf({ url, repository, counts, milliseconds, outcome }: Report): string {
  const seconds = (milliseconds / 1000).toFixed(1);
  const numbers = [
    `${counts.passed} passed`,
    `${counts.failed} failed`,
    ...(counts.inapplicable > 0 ? [`${counts.inapplicable} not applicable`] : []),
    ...(counts.blocked > 0 ? [`${counts.blocked} not checked`] : []),
  ];
  const verdict = { green: "all green", findings: "findings", incomplete: "incomplete" }[outcome];
  return `${url}: ${verdict} (${numbers.join(", ")}) in ${seconds} s, in the repository ${repository}`;
}
