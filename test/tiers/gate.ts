import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { choose, GATE } from "./parts.ts";
import { hasPassed, type Outcome, runPart } from "./run-part.ts";
import { summary, tellEnd, tellStart } from "./tell.ts";

const command = new Command("npm run test:gate --")
  .description(
    "Runs what every submission must pass; goes on after a failure, so that one run tells them all.",
  )
  .addOption(new Option("--only <part...>").choices(GATE.map(({ name }) => name)))
  .parse();

const directory = await mkdtemp(join(tmpdir(), "berth-gate-"));
const outcomes = new Map<string, Outcome>();
for (const part of choose(GATE, command.opts<{ only?: string[] }>().only)) {
  tellStart(part);
  const outcome = await runPart(part, "gate", directory);
  await tellEnd(outcome);
  outcomes.set(part.name, outcome);
}
console.log(summary(outcomes));
if ([...outcomes.values()].every(hasPassed)) await rm(directory, { recursive: true });
else process.exitCode = 1;
