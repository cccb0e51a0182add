import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect } from "vitest";

const PAGE = join(import.meta.dirname, "../../../docs/door-faults.md");

/** What was done to a door, and what its client and the stores came to. */
export type Tell = (done: string, found: string) => void;

/**
 * Prints what the tests of a file found, and holds a section of docs/door-faults.md to it. To be called before what has
 * to be stopped: hooks behind tests run the last one first, and none behind one that fails.
 */
export function useFindings(title: string): Tell {
  const rows: (readonly [string, string])[] = [];
  afterAll(() => {
    console.log([`upload door: ${title}`, ...rows.map((row) => `  ${row.join(" | ")}`), ""].join("\n"));
    expect(readFileSync(PAGE, "utf8")).toContain(sectionOf(title, rows));
  });
  return (done, found) => void rows.push([done, found]);
}

const sectionOf = (title: string, rows: readonly (readonly [string, string])[]): string =>
  [
    `## ${title}`,
    "",
    "| done | found |",
    "| --- | --- |",
    ...rows.map((row) => `| ${row.join(" | ")} |`),
    "",
  ].join("\n");
