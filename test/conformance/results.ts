/** A test of a suite that did not pass, or a part of it that was off. */
export interface Finding {
  readonly status: "failed" | "skipped";
  readonly name: string;
  /** the suite's own words */
  readonly detail: string;
}

/** One run of one suite, in the suite's own counts. */
export interface SuiteRun {
  readonly kind: "run";
  readonly suite: string;
  readonly version: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly findings: readonly Finding[];
  /** tests left out by design: each the other branch of one that ran, or of what the profile does not have */
  readonly leftOut: readonly string[];
}

/** A suite that was asked for and could not be run: as bad as a failure. */
interface SuiteNotRun {
  readonly kind: "not run";
  readonly suite: string;
  readonly version: string;
  /** "refused": the Go module proxy does not serve it to this machine */
  readonly cause: "refused" | "failed";
  readonly reason: string;
}

export type SuiteResult = SuiteRun | SuiteNotRun;

/** Nothing failed, nothing was skipped, and something ran. */
export const isClean = (result: SuiteResult): boolean =>
  result.kind === "run" &&
  result.passed > 0 &&
  result.failed === 0 &&
  result.skipped === 0 &&
  result.findings.length === 0;

/** The one thing that may be forgiven, where the caller says so. */
export const isRefused = (result: SuiteResult): boolean =>
  result.kind === "not run" && result.cause === "refused";

/** What `--out` writes: counts without the words. */
export function summarize(registry: string, results: readonly SuiteResult[]): string {
  const suites = results.map((result) => {
    const { suite, version } = result;
    if (result.kind === "not run") return { suite, version, notRun: result.reason };
    const { passed, failed, skipped, leftOut } = result;
    return { suite, version, passed, failed, skipped, leftOut: leftOut.length };
  });
  return `${JSON.stringify({ registry, clean: results.every(isClean), suites }, null, 2)}\n`;
}

/** A table of the counts, and below it every test that is not a pass. */
export function describeResults(results: readonly SuiteResult[]): string {
  const rows = [["suite", "version", "passed", "failed", "skipped", ""], ...results.map(row)];
  const width = (column: number) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0));
  const table = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(width(column)))
      .join("  ")
      .trimEnd(),
  );
  return [...table, ...results.flatMap(remarks)].join("\n");
}

function row(result: SuiteResult): string[] {
  const { suite, version } = result;
  if (result.kind === "not run") return [suite, version, "-", "-", "-", "NOT RUN"];
  const counts = [result.passed, result.failed, result.skipped].map(String);
  return [suite, version, ...counts, isClean(result) ? "ok" : "NOT CLEAN"];
}

function remarks(result: SuiteResult): string[] {
  if (result.kind === "not run") return ["", `NOT RUN here: ${result.suite}: ${result.reason}`];
  const findings = result.findings.map(
    ({ status, name, detail }) => `  ${status}  ${name}\n    ${indent(detail)}`,
  );
  const leftOut = result.leftOut.map((name) => `  left out by design  ${name}`);
  const lines = [...findings, ...leftOut];
  return lines.length === 0 ? [] : ["", `${result.suite}:`, ...lines];
}

const indent = (text: string): string => text.trim().replaceAll("\n", "\n    ");
