import { readCells } from "../door-clients/support/cells.ts";
import { CLIENTS } from "../door-clients/support/clients.ts";
import { complaintsOf } from "../door-clients/support/complaints.ts";

/** The gate runs on every submission; the full tier before a release, and its results are committed. */
export type Tier = "gate" | "full";

/** One thing that a tier runs, by the command that a developer would type. */
export interface Part {
  readonly name: string;
  readonly title: string;
  /** an npm script and its arguments; `report` is where it may leave its counts */
  readonly script: (tier: Tier, report: string) => readonly string[];
  readonly env?: (tier: Tier) => Readonly<Record<string, string>>;
  /** how to read the report; a part that leaves none counts as one test */
  readonly report: "vitest" | "conformance" | "none";
  /** the part is ended and has failed after so long */
  readonly limitMinutes: Readonly<Record<Tier, number>>;
  /** folders of code, beside the embedded registry's, that this part runs */
  readonly runs?: readonly string[];
  /** folders and files, beside that code, whose change makes this part's results old */
  readonly testedBy: readonly string[];
  /** begins lines of the part's output that are its figures; they end before the next empty line */
  readonly figures?: RegExp;
  /**
   * For a part that writes its committed results itself, not into those of the full tier: what they lack, in sentences. They
   * may be of other code than this.
   */
  readonly lacks?: () => readonly string[];
}

const counted = (report: string): readonly string[] => ["--reporter=json", `--outputFile.json=${report}`];

export const PARTS: readonly Part[] = [
  {
    name: "check",
    title: "format, lint, types, unused code",
    script: () => ["check"],
    report: "none",
    limitMinutes: { gate: 10, full: 10 },
    testedBy: [],
  },
  {
    name: "tests",
    title: "npm test: units, contracts, the specification, properties, races",
    script: (_tier, report) => ["test", "--", "--reporter=default", ...counted(report)],
    report: "vitest",
    limitMinutes: { gate: 15, full: 15 },
    testedBy: [],
  },
  {
    name: "synth",
    title: "the stacks' templates, by CDK's own rules and cdk-nag",
    script: () => ["synth"],
    report: "none",
    limitMinutes: { gate: 5, full: 5 },
    runs: ["functions", "infra"],
    testedBy: ["cdk.json"],
  },
  {
    name: "conformance",
    title: "the official conformance suites",
    script: (tier, report) => [
      "conformance",
      "--",
      "--out",
      report,
      ...(tier === "gate" ? ["--where-served"] : []),
    ],
    report: "conformance",
    limitMinutes: { gate: 15, full: 15 },
    testedBy: ["test/conformance", "test/tools"],
  },
  {
    name: "aws",
    title: "the stores of AWS on DynamoDB Local and a real S3 server, with faults and races",
    script: (_tier, report) => ["test:aws", "--", "--reporter=default", ...counted(report)],
    report: "vitest",
    limitMinutes: { gate: 15, full: 15 },
    runs: ["functions"],
    testedBy: ["test/aws", "test/contract", "test/registry", "test/concurrency", "test/spec/support"],
  },
  {
    name: "gateway",
    title: "the synthesized stack behind a gateway on this machine, and the conformance suites",
    script: (_tier, report) => ["test:gateway", "--", "--reporter=default", ...counted(report)],
    env: (tier) => ({ BERTH_TEST_TIER: tier }),
    report: "vitest",
    limitMinutes: { gate: 40, full: 60 },
    runs: ["functions", "infra"],
    testedBy: [
      "cdk.json",
      "test/attacks",
      "test/gateway",
      "test/aws",
      "test/concurrency",
      "test/conformance",
      "test/clients/support",
      "test/identities/support",
      "test/functions/support",
      "test/spec",
      "test/tools",
    ],
    figures: /^conformance |^upload door: /,
  },
  {
    name: "crash",
    title: "kill -9, power cuts, full disks",
    script: (_tier, report) => ["test:crash", "--", "--reporter=default", ...counted(report)],
    env: (tier) => ({ CRASH_KILLS: tier === "gate" ? "50" : "200" }),
    report: "vitest",
    limitMinutes: { gate: 20, full: 60 },
    testedBy: ["test/crash"],
    figures: /^\d+ kills, /,
  },
  {
    name: "clients",
    title: "real clients",
    script: (_tier, report) => ["test:clients", "--", ...counted(report)],
    env: (tier) => ({ BERTH_TEST_TIER: tier }),
    report: "vitest",
    limitMinutes: { gate: 50, full: 120 },
    testedBy: ["test/clients", "test/identities/support", "test/tools"],
  },
  {
    name: "registries",
    title: "the client and berth copy against other registries",
    script: (_tier, report) => ["test:registries", "--", ...counted(report)],
    env: (tier) => ({ BERTH_TEST_TIER: tier }),
    report: "vitest",
    limitMinutes: { gate: 15, full: 15 },
    testedBy: ["test/registries", "test/client", "test/copy", "test/clients/support", "test/tools"],
  },
];

/** Before all else, since it takes no time: the committed results of the full tier. */
const RESULTS: Part = {
  name: "results",
  title: "the results of the full tier speak of this code",
  script: () => ["test:full:check"],
  report: "none",
  limitMinutes: { gate: 1, full: 1 },
  testedBy: [],
};

/** 1 GiB by a client that sends a PATCH and one that sends a PUT, to each arrangement that takes it. */
const DOOR_CLIENTS: Part = {
  name: "door-clients",
  title: "real clients through the API, the upload door and the edge, with 1 GiB",
  script: (_tier, report) => ["test:door-clients", "--", ...counted(report)],
  env: (tier) => ({ BERTH_TEST_TIER: tier }),
  report: "vitest",
  limitMinutes: { gate: 15, full: 300 },
  runs: ["functions", "infra"],
  testedBy: [
    "cdk.json",
    "test/door-clients",
    "test/gateway",
    "test/aws",
    "test/clients/support",
    "test/tools",
  ],
};

/**
 * Two hours and more, longer than all other parts together, and seldom in one piece: so each cell says itself of which
 * revision and day it is, and needn't be of this one. What changes shows in the gate's four cells, at every submission.
 */
const MATRIX: Part = {
  ...DOOR_CLIENTS,
  name: "matrix",
  title: "every client, with layers of every size, to every arrangement",
  lacks: () => complaintsOf(CLIENTS, readCells()),
};

export const FULL: readonly Part[] = [...PARTS, MATRIX];

export const GATE: readonly Part[] = [RESULTS, ...PARTS, DOOR_CLIENTS];

/** The parts of these names, all where none is named. */
export const choose = (parts: readonly Part[], names: readonly string[] | undefined): readonly Part[] =>
  names === undefined ? parts : parts.filter(({ name }) => names.includes(name));
