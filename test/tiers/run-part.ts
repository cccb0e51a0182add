import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { runCommand } from "./command.ts";
import { type Counts, isClean, type Report, readConformance, readVitest, total } from "./counts.ts";
import type { Part, Tier } from "./parts.ts";

const ROOT = resolve(import.meta.dirname, "..", "..");

/** How a part went. */
export interface Outcome extends Report {
  readonly counts: Counts;
  /** why it failed although its tests may have passed */
  readonly complaint: string | undefined;
  readonly figures: readonly string[];
  readonly seconds: number;
  readonly log: string;
}

export const hasPassed = ({ counts, complaint }: Outcome): boolean =>
  complaint === undefined && isClean(counts);

/** Runs a part; its log and report go into `directory`. A part that fails is an outcome too. */
export async function runPart(part: Part, tier: Tier, directory: string): Promise<Outcome> {
  const log = join(directory, `${part.name}.log`);
  const reportFile = join(directory, `${part.name}.json`);
  const start = performance.now();
  const code = await runCommand({
    file: "npm",
    parameters: ["run", ...part.script(tier, reportFile)],
    env: { NO_COLOR: "1", ...part.env?.(tier) },
    log,
    limitMilliseconds: part.limitMinutes[tier] * 60_000,
  });
  const seconds = Math.round((performance.now() - start) / 1000);
  const report = await readReport(part, reportFile, code === 0);
  const written = await readFile(log, "utf8");
  const counts = total(report.groups);
  const ended = code === "too long" ? `longer than ${part.limitMinutes[tier]} minutes` : `ended with ${code}`;
  const complaint = code === 0 ? undefined : ended;
  const isUncounted = complaint !== undefined && counts.failed === 0;
  return {
    ...report,
    counts: isUncounted ? { ...counts, failed: 1 } : counts,
    complaint,
    notRun: part.report === "vitest" ? notRunIn(written) : report.notRun,
    figures: figuresIn(written, part.figures),
    seconds,
    log,
  };
}

async function readReport(part: Part, file: string, isGood: boolean): Promise<Report> {
  const alone = { name: part.name, passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 };
  if (part.report === "none") return { groups: [alone], notRun: [] };
  const json = await readFile(file, "utf8").catch(() => undefined);
  if (json === undefined) return { groups: [], notRun: [] };
  return part.report === "vitest" ? readVitest(json, ROOT) : readConformance(json);
}

/** What tests say in a log that they could not run on this machine, as `*** NOT RUN here: what: why ***`, each once. */
export const notRunIn = (log: string): readonly string[] => [
  ...new Set([...log.matchAll(/^\*\*\* NOT RUN here: (.+) \*\*\*$/gm)].map(([, what = ""]) => what)),
];

/** The lines of a log from each that matches to the next empty one. */
export function figuresIn(log: string, first: RegExp | undefined): readonly string[] {
  if (first === undefined) return [];
  let isFigure = false;
  const lines = log.split("\n").filter((line) => {
    isFigure = first.test(line) || (isFigure && line.trim() !== "");
    return isFigure;
  });
  return lines.map((line) => line.trimEnd());
}
