/**
 * `npm run bench:functions`: how large each function is, how long it takes to start under the Lambda runtime interface
 * client beside a function that does nothing, and what a warm pull of a manifest costs. Writes `results/functions.md`, and
 * `results/handler.json` for the bills of `npm run costs`.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuiltFunction, buildFunctions, EVENT_FUNCTIONS, FUNCTION_LIMITS } from "../functions/build.ts";
import { HANDLER_FILE, type MeasuredHandler } from "./costs/handler.ts";
import { checkPulled, pullEvent, serveOneItem } from "./functions/pull.ts";
import { type Measured, startRuntime } from "./functions/runtime.ts";
import { machine } from "./machine.ts";
import { median } from "./statistics.ts";
import { inFigures, table } from "./table.ts";

/** Starts of each function, interleaved with those of the others; and environments that are pulled through. */
const ROUNDS = 15;
const ENVIRONMENTS = 5;
/** Pulls before the first that counts, in which V8 compiles what is used often; and those that count. */
const WARM_UP = 2000;
const PULLS = 2000;

const MOST_TIMES_EMPTY = 2.5;
const MOST_PULL_MILLISECONDS = 2;

const SIGNING = {
  BERTH_TOKEN_KEYS: "00000000-0000-0000-0000-000000000000",
  BERTH_SERVICE: "berth-bench",
  BERTH_HOSTS: "registry.example.com",
};
/** What a deployment puts beside the bundles that know callers. */
const POLICY = "version: 1\nrules: []\n";

const EMPTY = "export const handler = async () => ({ statusCode: 200 });\n";

interface Start {
  readonly wall: number;
  readonly cpu: number;
}

const folder = await mkdtemp(join(tmpdir(), "berth-bench-functions-"));
const dynamo = await serveOneItem();
try {
  const events: readonly string[] = EVENT_FUNCTIONS;
  const built = (await buildFunctions(folder)).filter(({ name }) => events.includes(name));
  await mkdir(join(folder, "empty"));
  await writeFile(join(folder, "empty", "index.mjs"), EMPTY);
  for (const name of ["token", "administration"]) await writeFile(join(folder, name, "policy.yaml"), POLICY);
  const starts = await measureStarts(["empty", ...built.map(({ name }) => name)]);
  const pulls = await measurePulls();
  const page = report(built, starts, pulls);
  console.log(page);
  await writeFile(join(import.meta.dirname, "results", "functions.md"), page);
  await writeFile(HANDLER_FILE, handlerJson(pulls));
} finally {
  await dynamo.stop();
  await rm(folder, { recursive: true, force: true });
}

/** As the stack sets it. */
function measured(name: string): Measured {
  const variables = {
    BERTH_TABLE: "berth-bench",
    BERTH_TOKEN_KEYS: "none",
    BERTH_BUCKET: "berth-bench",
    BERTH_TEAM: "bench",
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
    // Only what signs can't do without a key; all others are measured as in a stack without a policy.
    ...(name === "token" && SIGNING),
  };
  return { folder: join(folder, name), variables };
}

async function measureStarts(names: readonly string[]): Promise<ReadonlyMap<string, Start>> {
  const samples = new Map(names.map((name) => [name, [] as Start[]]));
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = [...samples];
    // Another one begins each round: what comes first finds the processor's caches as others left them.
    order.push(...order.splice(0, round % order.length));
    for (const [name, of] of order) {
      const runtime = await startRuntime(measured(name));
      of.push({ wall: runtime.startedIn, cpu: await runtime.cpu() });
      await runtime.stop();
    }
  }
  const middle = (of: readonly Start[]): Start => ({
    wall: median(of.map(({ wall }) => wall)),
    cpu: median(of.map(({ cpu }) => cpu)),
  });
  return new Map([...samples].map(([name, of]) => [name, middle(of)]));
}

interface Pulls {
  /** milliseconds of processor time of one event, with the share of the runtime interface client */
  readonly pull: number;
  readonly empty: number;
}

async function measurePulls(): Promise<Pulls> {
  return { pull: await perEvent("manifests", checkPulled), empty: await perEvent("empty", () => {}) };
}

async function perEvent(name: string, check: (result: string) => void): Promise<number> {
  const event = pullEvent();
  const samples: number[] = [];
  for (let environment = 0; environment < ENVIRONMENTS; environment += 1) {
    const runtime = await startRuntime(measured(name));
    for (let count = 0; count < WARM_UP; count += 1) check(await runtime.invoke(event));
    const before = await runtime.cpu();
    for (let count = 0; count < PULLS; count += 1) check(await runtime.invoke(event));
    samples.push(((await runtime.cpu()) - before) / PULLS);
    await runtime.stop();
  }
  return median(samples);
}

function handlerJson({ pull }: Pulls): string {
  const handler: MeasuredHandler = { warmPull: Number(pull.toFixed(3)), at: new Date().toISOString() };
  return `${JSON.stringify(handler)}\n`;
}

function report(
  built: readonly BuiltFunction[],
  starts: ReadonlyMap<string, Start>,
  { pull, empty }: Pulls,
): string {
  const none = starts.get("empty") ?? { wall: Number.NaN, cpu: Number.NaN };
  const rows = built.map(({ name, files }) => {
    const sum = (chosen: typeof files) => chosen.reduce((total, { gzip }) => total + gzip, 0) / 1024;
    const start = starts.get(name) ?? none;
    const times = start.wall / none.wall;
    return [
      name,
      inFigures(sum(files)),
      String(FUNCTION_LIMITS[name] / 1024),
      inFigures(sum(files.filter(({ atStart }) => atStart))),
      inFigures(start.wall),
      inFigures(start.cpu),
      times.toFixed(2),
      times < MOST_TIMES_EMPTY ? "met" : "missed",
    ];
  });
  const own = pull - empty;
  return [
    "# Functions: size, start, and a warm pull",
    "",
    `Written by \`npm run bench:functions\` on ${machine()}, ${new Date().toISOString()}.`,
    "",
    "A start is the time from the start of the process until AWS's runtime interface client, with the function loaded,",
    `asks for its first event: medians of ${ROUNDS} interleaved rounds. Goal: below ${MOST_TIMES_EMPTY} times the start`,
    `of a function that does nothing, which takes ${inFigures(none.wall)} ms (${inFigures(none.cpu)} ms of a processor).`,
    "On Lambda a processor is shared by memory, and the code is unpacked and mounted first.",
    "",
    ...table(
      ["function", "gzip KB", "limit", "at start KB", "start ms", "CPU ms", "times empty", "goal"],
      rows,
    ),
    "",
    `A warm pull of a manifest by tag takes ${inFigures(own)} ms of a processor beyond the ${inFigures(empty)} ms that an`,
    `event costs the empty function: its reading of the table, its answer, its log line and its metrics. Goal: below`,
    `${MOST_PULL_MILLISECONDS} ms: ${own < MOST_PULL_MILLISECONDS ? "met" : "missed"}. Medians of ${ENVIRONMENTS}`,
    `environments, each after ${WARM_UP} pulls, over ${PULLS}. The table is a server on this machine that always has the`,
    "item; a table that is far away costs time, but no more of the processor.",
    "",
  ].join("\n");
}
