import { readFile } from "node:fs/promises";
import { type Counts, type Group, isClean } from "./counts.ts";

/** How one part of the full tier went, and what it speaks of. */
export interface PartResult {
  readonly title: string;
  /** the commit, and whether the working tree had more */
  readonly revision: string;
  /** ISO 8601, UTC */
  readonly date: string;
  readonly machine: string;
  /** hashes of what was tested and of what tested it, by path */
  readonly sources: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly counts: Counts;
  readonly groups: readonly Group[];
  readonly figures: readonly string[];
  /** why it failed although its tests may have passed, and what it could not run */
  readonly complaints: readonly string[];
}

/** By the names of the parts. */
export type FullResults = Readonly<Record<string, PartResult>>;

export async function readResults(file: string): Promise<FullResults> {
  const json = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return "{}";
    throw cause;
  });
  return JSON.parse(json) as FullResults;
}

export const writeResults = (results: FullResults): string => `${JSON.stringify(results, null, 2)}\n`;

/** What can't be said of a part any more; undefined where its results are clean and speak of these sources. */
export function staleness(
  result: PartResult | undefined,
  sources: Readonly<Record<string, string>>,
): string | undefined {
  if (result === undefined) return "has never run";
  if (!isClean(result.counts) || result.complaints.length > 0) return "did not pass";
  const changed = Object.keys(sources).filter((path) => result.sources[path] !== sources[path]);
  if (changed.length === 0) return undefined;
  return `ran at ${result.revision} on ${result.date.slice(0, 10)}, and since then ${changed.join(", ")} changed`;
}
