import {
  type Counted,
  type CountedRegistry,
  countedRegistry,
} from "../../test/costs/support/counted-registry.ts";
import { createImage, pushBlob, pushImage, putManifest } from "../../test/costs/support/image.ts";
import { content } from "../../test/spec/support/content.ts";
import { patterned } from "../../test/support/bodies.ts";
import { ASSUMED, LOG_MONTHS, OLD_VERSION_MONTHS } from "./assumptions.ts";
import { type SweepModel, sweepsUsage } from "./sweeping.ts";
import { IMAGE, type Team } from "./teams.ts";
import { GIB, sum, times, type Usage, usageOf } from "./usage.ts";

/** One push and one pull, counted. */
export interface ImageCounts {
  readonly push: readonly Counted[];
  readonly pull: readonly Counted[];
}

const REPO = "team/app";
const MIB = 1024 * 1024;
const DAYS = 30;

/** A push as docker does it: what the registry has is asked for and left out. Layers above 4 MiB come in chunks. */
export async function countImage(): Promise<ImageCounts> {
  const registry = countedRegistry();
  const known = Array.from({ length: IMAGE.knownLayers }, (_, at) => content(patterned(1000, `known ${at}`)));
  await pushImage(registry, REPO, createImage({ seed: "before", layers: [], sharedLayers: known }), "before");
  const layers = Array.from({ length: IMAGE.newLayers }, () => IMAGE.layerMiB * MIB);
  const { blobs, manifest } = createImage({ seed: "pushed", layers, sharedLayers: known });
  const push = [await version(registry)];
  for (const blob of blobs) {
    const isKnown = known.includes(blob);
    const target = `/v2/${REPO}/blobs/${blob.digest}`;
    push.push(await registry.send({ method: "HEAD", target }, isKnown ? 200 : 404));
    if (!isKnown) push.push(...(await pushBlob(registry, REPO, blob)));
  }
  push.push(await putManifest(registry, { repo: REPO, reference: "pushed", manifest }));
  const manifests = `/v2/${REPO}/manifests/`;
  const pull = [
    await version(registry),
    await registry.send({ method: "HEAD", target: `${manifests}pushed` }, 200),
    await registry.send({ method: "GET", target: `${manifests}${manifest.digest}` }, 200),
  ];
  for (const { digest } of blobs.slice(0, 1 + IMAGE.pulledLayers)) {
    pull.push(await registry.send({ method: "GET", target: `/v2/${REPO}/blobs/${digest}` }, 307));
  }
  return { push, pull };
}

const version = (registry: CountedRegistry): Promise<Counted> =>
  registry.send({ method: "GET", target: "/v2/" }, 200);

/** What a team's month comes from, for the page beside the bill. */
export interface Month {
  readonly usage: Usage;
  readonly pushedGB: number;
  readonly pulledGB: number;
  readonly images: number;
  /** pushed within the days that a sweep lists */
  readonly objects: number;
}

export function monthOf(team: Team, { push, pull }: ImageCounts, sweeps: SweepModel): Month {
  const calls = push.flatMap((request) => request.calls);
  const total = (bytes: "stored" | "removed" | "tableGrowth"): number =>
    calls.reduce((sumOfBytes, call) => sumOfBytes + call[bytes], 0);
  const lasting = (IMAGE.newLayers * IMAGE.layerMiB * MIB) / GIB;
  const images = team.storedGB / lasting;
  const tableGB = (images * total("tableGrowth")) / GIB;
  const pulledGB = (team.pulls * IMAGE.pulledLayers * IMAGE.layerMiB * MIB) / GIB;
  const objects = (team.pushes * (IMAGE.newLayers + 1) * sweeps.days) / DAYS;
  const requests = sum(times(team.pushes, usageOf(push)), times(team.pulls, usageOf(pull)));
  const stored: Usage = {
    tableStorage: tableGB,
    tableRecovery: tableGB,
    s3Storage: team.storedGB + (team.pushes * total("removed") * OLD_VERSION_MONTHS) / GIB,
    metrics: ASSUMED.metrics,
    internet: pulledGB * team.internetShare,
    inRegion: pulledGB * (1 - team.internetShare),
  };
  const usage = withLogs(sum(requests, sweepsUsage(sweeps, objects), stored));
  return { usage, pushedGB: team.pushes * lasting, pulledGB, images, objects };
}

/** A stack that nobody uses: its sweep looks every day all the same. */
export const idleUsage = (sweeps: SweepModel): Usage => withLogs(sweepsUsage(sweeps, 0));

/** What is taken in is kept for a while, uncompressed as far as the bill knows. */
export const withLogs = (usage: Usage): Usage => sum(usage, { logStorage: (usage.logs ?? 0) * LOG_MONTHS });

/** The same bytes in ECR, which takes money for what is stored and for what leaves AWS, not for requests. */
export const ecrUsage = (team: Team, { pulledGB }: Month): Usage => ({
  ecrStorage: team.storedGB,
  internet: pulledGB * team.internetShare,
  inRegion: pulledGB * (1 - team.internetShare),
});
