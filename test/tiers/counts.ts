import { relative } from "node:path";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The tests of one client, one suite, one folder. */
export interface Group extends Counts {
  readonly name: string;
}

/** What a part's report says: its groups, and what it says it could not run on this machine. */
export interface Report {
  readonly groups: readonly Group[];
  readonly notRun: readonly string[];
}

export const total = (counts: readonly Counts[]): Counts => ({
  passed: sum(counts.map(({ passed }) => passed)),
  failed: sum(counts.map(({ failed }) => failed)),
  skipped: sum(counts.map(({ skipped }) => skipped)),
});

/** Something passed, nothing failed, and nothing was skipped. */
export const isClean = ({ passed, failed, skipped }: Counts): boolean =>
  passed > 0 && failed === 0 && skipped === 0;

const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** Vitest's JSON report, grouped by folder; where a folder's files stand for themselves, by file. */
export function readVitest(json: string, root: string): Report {
  const { testResults } = JSON.parse(json) as VitestReport;
  const files = testResults.map(({ name, status, assertionResults }) => {
    const counts = countStatuses(assertionResults.map((test) => test.status));
    // a file that did not load has no tests to fail
    const isBroken = status === "failed" && counts.failed === 0;
    return { name: groupOf(relative(root, name)), ...counts, failed: isBroken ? 1 : counts.failed };
  });
  const groups = [...Map.groupBy(files, ({ name }) => name)].map(([name, all]) => ({ name, ...total(all) }));
  return { groups: groups.toSorted((one, other) => (one.name < other.name ? -1 : 1)), notRun: [] };
}

function countStatuses(statuses: readonly string[]): Counts {
  const passed = statuses.filter((status) => status === "passed").length;
  const failed = statuses.filter((status) => status === "failed").length;
  return { passed, failed, skipped: statuses.length - passed - failed };
}

function groupOf(path: string): string {
  const [, folder = "", ...inner] = path.split("/");
  if (inner.length === 0) return "test";
  const file = inner.at(-1) ?? "";
  return file.endsWith(".test.ts") ? folder : file.replace(/\.\w+\.ts$/, "");
}

interface ConformanceReport {
  readonly suites: readonly (
    | ({ readonly suite: string; readonly version: string } & Counts)
    | { readonly suite: string; readonly version: string; readonly notRun: string }
  )[];
}

/** What `npm run conformance -- --out` wrote. */
export function readConformance(json: string): Report {
  const { suites } = JSON.parse(json) as ConformanceReport;
  return {
    groups: suites.flatMap((suite) =>
      "notRun" in suite
        ? []
        : {
            name: `${suite.suite} (${suite.version})`,
            passed: suite.passed,
            failed: suite.failed,
            skipped: suite.skipped,
          },
    ),
    notRun: suites.flatMap((suite) => ("notRun" in suite ? `${suite.suite}: ${suite.notRun}` : [])),
  };
}

/** `14 passed, 0 failed`, and `, 2 skipped` where some were. */
export const describeCounts = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
