import { PEER_NAMES, type PeerName } from "./peers.ts";
import type { Result, Run } from "./results.ts";
import { spread } from "./statistics.ts";

/** The run as a page of Markdown: figures, goals, and what one must know to judge them. */
export function markdown(run: Run, plot: string): string {
  return [
    "# Benchmarks: Berth, distribution and zot side by side",
    "",
    "Written by `npm run bench`. Medians of interleaved rounds (A B C, B C A, …) on one machine; in brackets how far",
    "the samples lie apart, in percent of their median. The status of every answer was checked, and the length of its body;",
    "for HEAD, which has none, Content-Length once before each load.",
    "",
    `- revision: ${run.circumstances.revision}`,
    `- date: ${run.circumstances.date}`,
    `- machine: ${run.circumstances.machine}`,
    `- load: ${run.circumstances.generators}`,
    "",
    ...figures(run),
    "",
    `![the same as bars](${plot})`,
    "",
    "## Goals",
    "",
    ...goals(run),
    "",
    "## Settings",
    "",
    ...run.peers.map((peer) => `- **${peer.name}** ${peer.version}: ${peer.settings.join("; ")}.`),
    ...run.absent.map((reason) => `- not measured: ${reason}.`),
    "- All listen on 127.0.0.1 without TLS and authentication, and keep their data on the same disk.",
    "",
  ].join("\n");
}

function figures({ results, peers }: Run): string[] {
  const names = PEER_NAMES.filter((name) => peers.some((peer) => peer.name === name));
  return table(
    ["", "unit", ...names, "how"],
    results.map((result) => [
      result.measurement.name,
      result.measurement.unit,
      ...names.map((name) => figure(result, name)),
      `${result.measurement.how}; ${result.measurement.rounds} rounds`,
    ]),
  );
}

function figure({ medians, samples }: Result, name: PeerName): string {
  const value = medians.get(name);
  if (value === undefined) return "–";
  return `${inFigures(value)} (${Math.round(spread(samples.get(name) ?? []))} %)`;
}

const goals = ({ results }: Run): string[] =>
  table(
    ["", "goal", "reached", ""],
    results.flatMap(({ measurement, verdicts }) =>
      verdicts.map(({ goal, reached, outcome }) => [measurement.name, goal, reached, outcome]),
    ),
  );

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

/** Three significant digits, thousands apart. */
export const inFigures = (value: number): string =>
  new Intl.NumberFormat("en", { maximumSignificantDigits: value < 1000 ? 3 : 4 }).format(value);
