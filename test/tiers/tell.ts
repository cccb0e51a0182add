import { readFile } from "node:fs/promises";
import { describeCounts, total } from "./counts.ts";
import type { Part } from "./parts.ts";
import { hasPassed, type Outcome } from "./run-part.ts";

const LINES_OF_A_FAILURE = 80;

export const duration = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

export function tellStart({ name, title }: Part): void {
  console.log(`\n== ${name}: ${title}`);
}

/** One line where all is well; the end of the log where it is not; what could not run here, always. */
export async function tellEnd(outcome: Outcome): Promise<void> {
  if (!hasPassed(outcome)) {
    const lines = (await readFile(outcome.log, "utf8")).trimEnd().split("\n");
    console.log(
      lines
        .slice(-LINES_OF_A_FAILURE)
        .map((line) => `   | ${line}`)
        .join("\n"),
    );
    console.log(`   the whole log: ${outcome.log}`);
  }
  for (const line of outcome.figures) console.log(`   ${line}`);
  for (const text of outcome.notRun) console.log(`   *** NOT RUN here: ${text} ***`);
  console.log(`   ${verdict(outcome)} in ${duration(outcome.seconds)}`);
}

const verdict = (outcome: Outcome): string => {
  const counts = describeCounts(outcome.counts);
  if (hasPassed(outcome)) return `ok: ${counts}`;
  return `FAILED${outcome.complaint === undefined ? "" : ` (${outcome.complaint})`}: ${counts}`;
};

/**
 * The table of a whole run. Its last line stands alone, in the words by which continuous integration knows that tests
 * were run.
 */
export function summary(outcomes: ReadonlyMap<string, Outcome>): string {
  const width = Math.max(0, ...[...outcomes.keys()].map((name) => name.length));
  const rows = [...outcomes].map(
    ([name, outcome]) =>
      `${name.padEnd(width)}  ${duration(outcome.seconds).padStart(6)}  ${verdict(outcome)}`,
  );
  const seconds = [...outcomes.values()].reduce((all, outcome) => all + outcome.seconds, 0);
  const notRun = [...outcomes.values()].flatMap((outcome) => outcome.notRun);
  const counts = total([...outcomes.values()].map((outcome) => outcome.counts));
  return [
    "",
    "== all parts",
    ...rows,
    `${"in all".padEnd(width)}  ${duration(seconds).padStart(6)}`,
    ...notRun.map((text) => `*** NOT RUN here: ${text} ***`),
    "",
    describeCounts(counts),
  ].join("\n");
}
