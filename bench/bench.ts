import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Files, makeImage } from "./content.ts";
import { circumstances } from "./machine.ts";
import { type Measurement, measurements } from "./measurements.ts";
import { findPeers, type PeerName } from "./peers.ts";
import { svg } from "./plot.ts";
import { type Result, type Run, resultOf } from "./results.ts";
import { FULL, QUICK } from "./sizes.ts";
import { Stand } from "./stand.ts";
import { inFigures, markdown } from "./table.ts";

const USAGE = `npm run bench -- [--quick] [--only TEXT] [--peers berth,zot] [--out FOLDER]
Measures Berth beside its peers; a full run, with none of the first three, goes on with \`npm run bench:functions\`.
  --quick   small sizes and few rounds: proves that the bench works, its figures say little
  --only    only measurements whose name contains this; may be repeated
  --peers   only these; the default is every one that this machine has
  --out     where peers.md, peers.svg and peers.json go; a run that is not full writes none without it`;

const options = readOptions();
const sizes = options.quick ? QUICK : FULL;
const chosen = measurements(sizes).filter(({ name }) => options.only.every((text) => name.includes(text)));
if (chosen.length === 0) throw new Error(`no measurement has ${options.only.join(" and ")} in its name`);

const all = await findPeers();
for (const reason of all.absent) console.log(`not measured: ${reason}`);
const peers = all.peers.filter(({ name }) => options.peers.length === 0 || options.peers.includes(name));
for (const { name, version, settings } of peers)
  console.log(`${name} ${version}\n  ${settings.join("\n  ")}`);

const folder = await mkdtemp(join(process.env["BENCH_FOLDER"] ?? tmpdir(), "berth-bench-"));
const stands: Stand[] = [];
try {
  const withTags = chosen.some(({ needsTags }) => needsTags);
  const shared = { image: makeImage(), files: new Files(folder), sizes };
  for (const peer of peers) {
    const stand = new Stand(peer, folder, shared);
    stands.push(stand);
    const startedAt = performance.now();
    await stand.open({ withTags });
    console.log(`${peer.name}: seeded in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  }
  const results: Result[] = [];
  for (const measurement of chosen) {
    const result = resultOf(measurement, await sample(measurement));
    print(result);
    results.push(result);
  }
  await write({ circumstances: await circumstances(), peers, absent: all.absent, results });
} finally {
  for (const stand of stands) await stand.close();
  await rm(folder, { recursive: true });
}
// The functions have no peer to stand beside, so only a full run takes them in.
if (options.isFull) await import("./functions.ts");

/** Round by round, each round beginning with another peer, so that what the machine does meanwhile meets all alike. */
async function sample(measurement: Measurement): Promise<Map<PeerName, number[]>> {
  const samples = new Map<PeerName, number[]>(stands.map(({ peer }) => [peer.name, []]));
  for (let round = 0; round < measurement.rounds; round += 1) {
    const first = round % stands.length;
    for (const stand of [...stands.slice(first), ...stands.slice(0, first)]) {
      samples.get(stand.peer.name)?.push(await measurement.sample(stand));
    }
  }
  return samples;
}

function print({ measurement, medians, verdicts }: Result): void {
  const figures = [...medians].map(([name, value]) => `${name} ${inFigures(value)}`).join("  ");
  console.log(`${measurement.name} (${measurement.unit}): ${figures}`);
  for (const { goal, reached, outcome } of verdicts) console.log(`  ${outcome}: ${goal}, reached ${reached}`);
}

async function write(run: Run): Promise<void> {
  if (options.out === undefined) return;
  await mkdir(options.out, { recursive: true });
  const samples = run.results.map((result) => ({
    name: result.measurement.name,
    unit: result.measurement.unit,
    samples: Object.fromEntries(result.samples),
  }));
  const record = {
    ...run.circumstances,
    versions: run.peers.map(({ name, version }) => `${name} ${version}`),
    samples,
  };
  await writeFile(join(options.out, "peers.md"), markdown(run, "peers.svg"));
  await writeFile(join(options.out, "peers.svg"), svg(run));
  await writeFile(join(options.out, "peers.json"), `${JSON.stringify(record, null, 2)}\n`);
  console.log(`written to ${options.out}`);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      peers: { type: "string", default: "" },
      out: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const wanted = values.peers.split(",").filter((name) => name !== "");
  const isFull = !values.quick && values.only.length === 0 && wanted.length === 0;
  return { ...values, isFull, peers: wanted, out: values.out ?? (isFull ? "bench/results" : undefined) };
}
