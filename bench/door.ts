/**
 * `npm run bench:door`: how fast layers go through the upload door into S3, and what that takes, beside distribution with
 * its S3 driver and beside a plain upload by the AWS SDK, all to one S3 server on this machine. Writes `results/door.md`
 * and `results/door.json`.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildFunctions } from "../functions/build.ts";
import { type BlobFile, Files } from "./content.ts";
import type { Contender } from "./door/contender.ts";
import { distributionOnS3 } from "./door/distribution-contender.ts";
import { door } from "./door/door-contender.ts";
import { type Sample, sample } from "./door/measure.ts";
import { type DoorRun, type Pushed, page } from "./door/page.ts";
import { plain } from "./door/plain-contender.ts";
import { startStores } from "./door/stores.ts";
import { revision } from "./machine.ts";
import type { Push } from "./push.ts";
import { inFigures } from "./table.ts";

const MIB = 1024 * 1024;
const FULL = { rounds: 3, size: 1024 * MIB, parallel: [1, 8, 32], parallelSize: 128 * MIB } as const;
/** Proves that the bench works; its figures say little. */
const QUICK = { rounds: 1, size: 128 * MIB, parallel: [1, 8], parallelSize: 32 * MIB } as const;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    rounds: { type: "string" },
  },
});
const sizes = options.quick ? QUICK : FULL;
const rounds = Number(options.rounds ?? sizes.rounds);

const folder = await mkdtemp(join(process.env["BENCH_FOLDER"] ?? tmpdir(), "berth-bench-door-"));
const files = new Files(folder);
await using running = new AsyncDisposableStack();
running.defer(() => rm(folder, { recursive: true }));
const bundles = join(folder, "bundles");
await buildFunctions(bundles);
const all = [door(bundles), await distributionOnS3(), await plain("default"), await plain("as the door")];
const absent = all.filter((contender) => typeof contender === "string");
const present = all
  .filter((contender) => typeof contender !== "string")
  .filter(({ name }) => name.includes(options.only));
const stores = await startStores(folder);
running.defer(() => stores.stop());

const single = await singlePushes();
const parallel: Pushed[] = [];
for (const count of sizes.parallel) parallel.push(...(await parallelPushes(count)));
const run: DoorRun = {
  revision: await revision(),
  date: new Date().toISOString(),
  load: loadavg(),
  sizes: { ...sizes, rounds },
  contenders: present.map(({ name, about }) => `**${name}**: ${about}`),
  absent,
  single,
  parallel,
};
console.log(page(run));
if (!options.quick && options.only === "" && options.rounds === undefined) {
  const results = join(import.meta.dirname, "results");
  await writeFile(join(results, "door.md"), page(run));
  await writeFile(join(results, "door.json"), `${JSON.stringify(run, null, 2)}\n`);
}

/** Round by round, each beginning with another contender, so that what the machine does meanwhile meets all alike. */
async function singlePushes(): Promise<readonly Pushed[]> {
  const blobs = [await files.of(sizes.size)];
  const pushed = present.flatMap((contender) =>
    contender.ways.map((by) => ({ contender, by, samples: [] as Sample[] })),
  );
  for (let round = 0; round < rounds; round += 1) {
    const first = (round * 2) % pushed.length;
    for (const { contender, by, samples } of [...pushed.slice(first), ...pushed.slice(0, first)]) {
      samples.push(await taken(contender, by, blobs));
    }
  }
  return pushed.map(({ contender, by, samples }) => ({ name: contender.name, by, count: 1, samples }));
}

async function parallelPushes(count: number): Promise<readonly Pushed[]> {
  const blobs = await files.many(sizes.parallelSize, count);
  const pushed: Pushed[] = [];
  for (const contender of present) {
    const [by = "PUT"] = contender.ways;
    const samples = [await taken(contender, by, blobs)];
    pushed.push({ name: contender.name, by, count, samples });
  }
  return pushed;
}

async function taken(contender: Contender, by: Push["by"], blobs: readonly BlobFile[]): Promise<Sample> {
  const one = await sample({ stores, folder }, contender, { by, blobs });
  console.log(`${contender.name}, ${blobs.length} by ${by}: ${inFigures(one.speed / MIB)} MiB/s`);
  return one;
}
