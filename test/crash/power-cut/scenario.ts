import { join } from "node:path";
import { contentOf, imageOf, indexOf } from "../content.ts";
import type { World } from "../model.ts";
import { type Answer, type Connection, connect } from "../requests.ts";
import * as steps from "../steps.ts";
import { spawnTraced } from "./traced-berth.ts";

/** A request that was acknowledged, and what the client may rely on from then on. */
export interface Acknowledged {
  readonly step: steps.Step;
  /** as the answer has it: found again in the trace */
  readonly requestId: string;
  readonly world: World;
}
export interface Recording {
  /** one of each process, in order */
  readonly traces: readonly string[];
  readonly acknowledged: readonly Acknowledged[];
}

export const REPOS = ["power/cut", "power/other"] as const;
const [REPO, OTHER] = REPOS;

/** Runs a registry through everything that it can be asked to keep, one request after another, in two processes. */
export async function record(data: string, folder: string): Promise<Recording> {
  const acknowledged: Acknowledged[] = [];
  const traces = ["first", "second"].map((name) => join(folder, `${name}.trace`));
  for (const [at, trace] of traces.entries()) {
    const server = await spawnTraced(data, trace);
    const connection = connect(server.url);
    const take = performer(connection, acknowledged);
    await (at === 0 ? firstLife(take) : secondLife(take));
    connection.close();
    await server.kill(at === 0 ? "SIGTERM" : "SIGKILL");
  }
  return { traces, acknowledged };
}

type Take = (step: steps.Step) => Promise<Answer>;

function performer(connection: Connection, acknowledged: Acknowledged[]): Take {
  return async (step) => {
    const answer = await connection.send(step.request);
    if (!step.accepts.includes(answer.status)) {
      throw new Error(
        `${step.request.method} ${step.request.path} was answered ${answer.status}: ${answer.body.toString()}`,
      );
    }
    const world = step.change(answer)(acknowledged.at(-1)?.world ?? new Map());
    acknowledged.push({ step, requestId: String(answer.headers["x-request-id"]), world });
    return answer;
  };
}

const small = contentOf(700, "small");
const config = contentOf(2, "config");
const large = contentOf(5 * 1024 * 1024 + 400_000, "large");
const chunks = contentOf(90_000, "chunks");
/** joined from a part and a tail */
const grown = contentOf(5 * 1024 * 1024 + 200_000, "grown");

const image = (mark: string, padding = 0) => imageOf({ blobs: [config, small], padding, mark });

async function begun(take: Take, content: typeof small) {
  return { repo: REPO, path: steps.locationOf(await take(steps.begin(REPO, content))), content };
}

async function firstLife(take: Take): Promise<void> {
  await take(steps.pushWhole(REPO, config));
  await take(steps.commit(await begun(take, small), 0));
  await pushImages(take);
  const byPatch = await begun(take, large);
  await take(steps.append(byPatch, 0, large.bytes.length, false));
  await take(steps.commit(byPatch, large.bytes.length));
  const inChunks = await begun(take, chunks);
  await take(steps.append(inChunks, 0, 30_000, true));
  await take(steps.append(inChunks, 30_000, 60_000, true));
  await take(steps.commit(inChunks, 60_000));
  const growing = await begun(take, grown);
  await take(steps.append(growing, 0, grown.bytes.length - 100_000, true));
  await take(steps.append(growing, grown.bytes.length - 100_000, grown.bytes.length - 50_000, true));
  await take(steps.commit(growing, grown.bytes.length - 50_000));
  await take(steps.mount(OTHER, REPO, small));
  await take(steps.deleteBlob(REPO, chunks.digest));
  const given = await begun(take, chunks);
  await take(steps.append(given, 0, 50_000, true));
  await take(steps.cancel(given));
}

async function pushImages(take: Take): Promise<void> {
  await take(steps.pushManifest(REPO, image("first"), ["latest", "v1"]));
  await take(steps.pushManifest(REPO, image("middle", 6000), ["v2"]));
  const huge = image("huge", 380_000);
  await take(steps.pushManifest(REPO, huge, ["huge"]));
  await take(steps.pushManifest(REPO, indexOf([image("first"), image("middle", 6000)], "index"), ["multi"]));
  const signature = imageOf({ blobs: [config], subject: image("first"), padding: 0, mark: "signature" });
  await take(steps.pushManifest(REPO, signature, []));
  await take(steps.pushManifest(REPO, image("middle", 6000), ["latest"]));
  await take(steps.deleteTag(REPO, "v1"));
  await take(steps.deleteManifest(REPO, huge.digest));
  // Together more than what the table's log holds before it is moved into the database.
  for (let count = 0; count < 13; count += 1) {
    await take(steps.pushManifest(REPO, image(`${count}`, 345_000), [`padded-${count}`]));
  }
  // And these go to the beginning of the log, over what was moved.
  for (const mark of ["f", "g", "h"]) await take(steps.pushManifest(REPO, image(mark), [`small-${mark}`]));
}

async function secondLife(take: Take): Promise<void> {
  await take(steps.pushManifest(REPO, image("after"), ["after", "latest"]));
  const upload = await begun(take, large);
  await take(steps.append(upload, 0, large.bytes.length - 10_000, false));
  const tail = await begun(take, chunks);
  await take(steps.append(tail, 0, 10_000, true));
  await take(steps.pushManifest(REPO, image("last", 380_000), ["last"]));
}
