import { machine } from "../machine.ts";
import type { Push } from "../push.ts";
import { inWords } from "../sizes.ts";
import { median, spread } from "../statistics.ts";
import { inFigures, table } from "../table.ts";
import type { Sample } from "./measure.ts";

/** Samples of `count` blobs at a time. */
export interface Pushed {
  readonly name: string;
  readonly by: Push["by"];
  readonly count: number;
  readonly samples: readonly Sample[];
}

export interface DoorRun {
  readonly revision: string;
  /** UTC, as ISO 8601 */
  readonly date: string;
  /** of the machine at the end: over 1, 5 and 15 minutes */
  readonly load: readonly number[];
  readonly sizes: { readonly rounds: number; readonly size: number; readonly parallelSize: number };
  readonly contenders: readonly string[];
  readonly absent: readonly string[];
  readonly single: readonly Pushed[];
  readonly parallel: readonly Pushed[];
}

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

export const page = (run: DoorRun): string =>
  [
    "# The upload door: speed, processor time and memory",
    "",
    "Written by `npm run bench:door`. Each sample is a fresh process over an empty table and bucket; all store into one",
    "S3 server (versitygw over a folder) on this machine, with which they share its processors. Medians of interleaved",
    "rounds; in brackets how far the samples lie apart, in percent of their median.",
    "",
    `- revision: ${run.revision}`,
    `- date: ${run.date}; load at the end: ${run.load.map((load) => load.toFixed(1)).join(", ")}`,
    `- machine: ${machine()}`,
    "",
    `## One blob of ${inWords(run.sizes.size)}, ${run.sizes.rounds} rounds`,
    "",
    ...table(HEAD, run.single.map(row)),
    "",
    ...table(["", "goal", "reached", ""], goals(run.single)),
    "",
    `## Several blobs of ${inWords(run.sizes.parallelSize)} at a time`,
    "",
    ...table(
      ["", "at a time", ...HEAD.slice(1)],
      run.parallel.map((pushed) => inserted(row(pushed), pushed)),
    ),
    "",
    "## Settings",
    "",
    ...run.contenders.map((about) => `- ${about}.`),
    ...run.absent.map((reason) => `- not measured: ${reason}.`),
    "- PATCH: the body by one PATCH without a length, then a closing PUT without a body, as Docker pushes. PUT: all of it in",
    "  one PUT, as containerd does. The client is curl; lib-storage reads the file itself, so no byte of its goes through a",
    "  socket before it is sent to S3.",
    "",
  ].join("\n");

const HEAD = ["", "MiB/s", "commit ms", "CPU s per GiB", "peak MiB"] as const;

function row({ name, by, samples }: Pushed): string[] {
  const figure = (of: (sample: Sample) => number): string => {
    const values = samples.map(of);
    const apart = samples.length > 1 ? ` (${Math.round(spread(values))} %)` : "";
    return `${inFigures(median(values))}${apart}`;
  };
  const commits = samples.every(({ commit }) => commit !== undefined);
  return [
    `${name}, ${by}`,
    figure(({ speed }) => speed / MIB),
    commits ? figure(({ commit = 0 }) => commit) : "–",
    figure(({ processor }) => processor * GIB),
    figure(({ memory }) => memory / MIB),
  ];
}

const inserted = ([name = "", ...figures]: readonly string[], { count }: Pushed): string[] => [
  name,
  String(count),
  ...figures,
];

/** times the speed of what begins with that name, by the same requests where it knows them */
const GOALS = [
  { of: "lib-storage", least: 0.8 },
  { of: "distribution", least: 1 },
] as const;

function goals(single: readonly Pushed[]): string[][] {
  const doors = single.filter(({ name }) => name === "door");
  return doors.flatMap((door) =>
    GOALS.flatMap(({ of, least }) =>
      single
        .filter(({ name, by }) => name.startsWith(of) && (by === door.by || of === "lib-storage"))
        .map((other) => {
          const ratio = speedOf(door) / speedOf(other);
          const goal = `≥ ${least}x ${other.name}, ${other.by}`;
          return [`door, ${door.by}`, goal, `${ratio.toFixed(2)}x`, ratio >= least ? "met" : "missed"];
        }),
    ),
  );
}

const speedOf = ({ samples }: Pushed): number => median(samples.map(({ speed }) => speed));
