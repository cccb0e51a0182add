import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Command, Option } from "commander";
import { describeMachine, describeRevision } from "./circumstances.ts";
import { type FullResults, type PartResult, readResults, staleness, writeResults } from "./full-results.ts";
import { choose, FULL, PARTS, type Part } from "./parts.ts";
import { REPORT, RESULTS, ROOT } from "./paths.ts";
import { renderResults } from "./report.ts";
import { hasPassed, type Outcome, runPart } from "./run-part.ts";
import { hashTested } from "./sources.ts";
import { summary, tellEnd, tellStart } from "./tell.ts";

const command = new Command("npm run test:full --")
  .description(
    "Runs everything at full size, and writes test/results/full.json and docs/test-results.md after each part; matrix writes docs/door-clients.json and its page after each cell.",
  )
  .addOption(new Option("--only <part...>").choices(FULL.map(({ name }) => name)))
  .option("--resume", "leave out the parts whose results are clean and speak of this code")
  .parse();
const options = command.opts<{ only?: string[]; resume?: boolean }>();

const directory = await mkdtemp(join(tmpdir(), "berth-full-"));
const outcomes = new Map<string, Outcome>();
for (const part of choose(FULL, options.only)) {
  if (part.lacks === undefined) await renew(part);
  else if (options.resume !== true || part.lacks().length > 0) await run(part);
}
console.log(summary(outcomes));
if ([...outcomes.values()].every(hasPassed)) await rm(directory, { recursive: true });
else process.exitCode = 1;

async function run(part: Part): Promise<Outcome> {
  tellStart(part);
  const outcome = await runPart(part, "full", directory);
  await tellEnd(outcome);
  outcomes.set(part.name, outcome);
  return outcome;
}

/** Runs a part, and puts its results in place of what was known. */
async function renew(part: Part): Promise<void> {
  const sources = await hashTested(ROOT, part);
  const before = await readResults(RESULTS);
  if (options.resume === true && staleness(before[part.name], sources) === undefined) return;
  const revision = await describeRevision(ROOT, Object.keys(sources));
  const date = new Date().toISOString();
  const outcome = await run(part);
  const said = { title: part.title, revision, date, machine: describeMachine(), sources };
  await keep({ ...before, [part.name]: { ...said, ...measured(outcome) } });
}

type Measured = Omit<PartResult, "title" | "revision" | "date" | "machine" | "sources">;

function measured({ seconds, counts, groups, figures, complaint, notRun }: Outcome): Measured {
  const complaints = [...(complaint === undefined ? [] : [complaint]), ...notRun];
  return { seconds, counts, groups, figures, complaints };
}

async function keep(results: FullResults): Promise<void> {
  const inOrder = Object.fromEntries(PARTS.flatMap(({ name }) => entryOf(results, name)));
  await mkdir(dirname(RESULTS), { recursive: true });
  await mkdir(dirname(REPORT), { recursive: true });
  await writeFile(RESULTS, writeResults(inOrder));
  await writeFile(REPORT, renderResults(inOrder));
}

function entryOf(results: FullResults, name: Part["name"]): [string, PartResult][] {
  const result = results[name];
  return result === undefined ? [] : [[name, result]];
}
