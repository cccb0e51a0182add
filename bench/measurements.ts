import { run } from "./commands.ts";
import { MANIFEST_TYPE } from "./content.ts";
import { getsPerSecond, headsPerSecond, pullSpeed } from "./generators.ts";
import type { Goal } from "./goals.ts";
import { checkBlob, pushFile } from "./push.ts";
import { APP, BIG, blobUrl, manifestUrl, pageOf, tagPages } from "./seed.ts";
import { CONNECTIONS, inWords, PARALLEL_PUSHES, type Sizes } from "./sizes.ts";
import type { Stand } from "./stand.ts";

export interface Measurement {
  readonly name: string;
  readonly how: string;
  readonly unit: "requests/s" | "pages/s" | "MB/s" | "MB" | "ms";
  readonly rounds: number;
  readonly goals: readonly Goal[];
  /** needs the repository with thousands of tags, which takes minutes to fill */
  readonly needsTags?: true;
  readonly sample: (stand: Stand) => Promise<number>;
}

const MEGABYTE = 1e6;
const small: readonly Goal[] = [
  { kind: "ratio", to: "distribution", least: 4 },
  { kind: "ratio", to: "zot", least: 1 },
];
const notSlower: readonly Goal[] = [{ kind: "ratio", to: "the faster peer", least: 1 }];

/** Everything that is measured, in the order of the report. */
export const measurements = (sizes: Sizes): readonly Measurement[] => [
  ...reading(sizes),
  ...pulling(sizes),
  ...pushing(sizes),
  ...memory(sizes),
  {
    name: "start",
    how: "from the start of the process to its first answered request, on the data of the run",
    unit: "ms",
    rounds: sizes.rounds,
    goals: [{ kind: "at most", limit: 500 }],
    needsTags: true,
    sample: (stand) => stand.restart(),
  },
];

function reading(sizes: Sizes): Measurement[] {
  const { rounds, seconds } = sizes;
  const wrk = `wrk, 1 thread, ${CONNECTIONS} connections, ${seconds} s`;
  const manifest = (name: string, reference: (stand: Stand) => string): Measurement => ({
    name,
    how: wrk,
    unit: "requests/s",
    rounds,
    goals: small,
    sample: async (stand) => {
      const pages = [await pageOf(manifestUrl(stand.url, reference(stand)), MANIFEST_TYPE)];
      return getsPerSecond(stand.url, { pages, accept: MANIFEST_TYPE, seconds });
    },
  });
  return [
    manifest("manifest GET by tag", () => "v1.3"),
    manifest("manifest GET by digest", ({ shared }) => shared.image.manifest.digest),
    {
      name: "blob HEAD",
      how: `ab, ${CONNECTIONS} connections, ${sizes.heads} requests`,
      unit: "requests/s",
      rounds,
      goals: small,
      sample: blobHead,
    },
    {
      name: "tag list, 10 tags",
      how: wrk,
      unit: "requests/s",
      rounds,
      goals: small,
      sample: async ({ url }) => {
        const pages = [await pageOf(`${url}/v2/${APP}/tags/list`, JSON_TYPE)];
        return getsPerSecond(url, { pages, accept: JSON_TYPE, seconds });
      },
    },
    {
      name: `tag list, ${sizes.tags} tags`,
      how: `${wrk}, in pages of ${sizes.tagPage}`,
      unit: "pages/s",
      rounds,
      goals: [{ kind: "ratio", to: "distribution", least: 10 }],
      needsTags: true,
      sample: async ({ url }) =>
        getsPerSecond(url, { pages: await tagPages(url, sizes), accept: JSON_TYPE, seconds }),
    },
  ];
}

const JSON_TYPE = "application/json";

async function blobHead({ url, shared: { image, sizes } }: Stand): Promise<number> {
  const layer = image.blobs.at(-1);
  if (layer === undefined) throw new Error("the image has no layer");
  const blob = { path: "", digest: layer.digest, size: layer.bytes.length };
  await checkBlob(url, APP, blob);
  return headsPerSecond(blobUrl(url, APP, layer.digest), sizes.heads);
}

const pulling = (sizes: Sizes): Measurement[] => [
  {
    name: `blob GET, ${inWords(sizes.pull)}`,
    how: `curl, ${sizes.pulls} times on one connection`,
    unit: "MB/s",
    rounds: sizes.rounds,
    goals: notSlower,
    sample: async ({ url, shared: { files } }) => {
      const blob = await files.of(sizes.pull);
      return (await pullSpeed(blobUrl(url, BIG, blob.digest), { blob, times: sizes.pulls })) / MEGABYTE;
    },
  },
];

const pushing = (sizes: Sizes): Measurement[] =>
  (["PATCH", "PUT"] as const).map((by) => ({
    name: `push, ${inWords(sizes.push)} by ${by}`,
    how: by === "PATCH" ? "curl: POST, one PATCH without a length, PUT" : "curl: POST, PUT",
    unit: "MB/s",
    rounds: sizes.rounds,
    goals: notSlower,
    sample: async (stand) => {
      const blob = await stand.shared.files.of(sizes.push);
      await run(["sync"]);
      return stand.withFresh(async ({ url }) => {
        const startedAt = performance.now();
        await pushFile(url, BIG, { blob, by });
        const seconds = (performance.now() - startedAt) / 1000;
        await checkBlob(url, BIG, blob);
        return sizes.push / MEGABYTE / seconds;
      });
    },
  }));

const memory = (sizes: Sizes): Measurement[] =>
  [
    { size: sizes.smallPush, rounds: sizes.rounds },
    { size: sizes.largePush, rounds: sizes.largeRounds },
  ].map(({ size, rounds }) => ({
    name: `peak memory, ${PARALLEL_PUSHES} parallel pushes of ${inWords(size)}`,
    how: "curl: POST, one PATCH without a length, PUT; VmHWM of the process",
    unit: "MB",
    rounds,
    goals: [{ kind: "at most", limit: 250 }],
    sample: async (stand) => {
      const blobs = await stand.shared.files.many(size, PARALLEL_PUSHES);
      await run(["sync"]);
      return stand.withFresh(async ({ url, peakMemory }) => {
        await Promise.all(blobs.map((blob) => pushFile(url, BIG, { blob, by: "PATCH" })));
        for (const blob of blobs) await checkBlob(url, BIG, blob);
        return (await peakMemory()) / MEGABYTE;
      });
    },
  }));
