import { describeCounts } from "./counts.ts";
import type { FullResults, PartResult } from "./full-results.ts";
import { duration } from "./tell.ts";

/** docs/test-results.md: the results of the full tier, for people. */
export function renderResults(results: FullResults): string {
  const parts = Object.entries(results);
  return [
    "# Results of the full tier",
    "",
    "Written by `npm run test:full`, which runs everything at full size. The gate fails when a part did not pass, or when",
    "the code that it speaks of has changed since. Each part can be run again alone: `npm run test:full -- --only PART`.",
    "",
    "| part | passed | failed | skipped | time | revision | date (UTC) |",
    "| --- | ---: | ---: | ---: | ---: | --- | --- |",
    ...parts.map(([name, result]) => overviewRow(name, result)),
    "",
    ...parts.flatMap(([name, result]) => section(name, result)),
  ].join("\n");
}

function overviewRow(name: string, { counts, seconds, revision, date }: PartResult): string {
  const { passed, failed, skipped } = counts;
  const cells = [name, passed, failed, skipped, duration(seconds), `\`${revision}\``, minute(date)];
  return `| ${cells.join(" | ")} |`;
}

const minute = (date: string): string => date.slice(0, 16).replace("T", " ");

function section(name: string, result: PartResult): string[] {
  const groups = result.groups.length > 1 ? result.groups : [];
  return [
    `## ${name}`,
    "",
    `${result.title}: ${describeCounts(result.counts)}, on ${result.machine}.`,
    "",
    ...result.complaints.map((complaint) => `- **${complaint}**\n`),
    ...(groups.length === 0 ? [] : ["| | passed | failed | skipped |", "| --- | ---: | ---: | ---: |"]),
    ...groups.map((group) => `| ${group.name} | ${group.passed} | ${group.failed} | ${group.skipped} |`),
    ...(groups.length === 0 ? [] : [""]),
    ...(result.figures.length === 0 ? [] : ["```", ...result.figures, "```", ""]),
  ];
}
