import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BerthProcess, spawnBerth } from "../support/berth-process.ts";
import { checkStore } from "../support/check-store.ts";
import { newSeen, remember } from "./client.ts";
import { type Content, contentOf, imageOf } from "./content.ts";
import { failSyncs } from "./failing-syncs.ts";
import { differences, factsOf, repoOf, type World } from "./model.ts";
import { observe } from "./observe.ts";
import { type Answer, type Connection, connect } from "./requests.ts";
import { mountSmallDisk, type SmallDisk } from "./small-disk.ts";
import * as steps from "./steps.ts";
import { sweepInFuture } from "./sweep-in-future.ts";

const REPO = "disk/trouble";
const config = contentOf(2, "config");
const image = (mark: string, padding = 0) => imageOf({ blobs: [config], padding, mark });
const MEGABYTE = 1024 * 1024;

let disk: SmallDisk;
let data: string;
let server: BerthProcess;
let connection: Connection;
let world: World;
const seen = newSeen();

beforeEach(async () => {
  disk = await mountSmallDisk(64);
  data = join(disk.path, "data");
  world = new Map();
  await open();
  await acknowledged(steps.pushWhole(REPO, config));
  await acknowledged(steps.pushManifest(REPO, image("before"), ["before"]));
});
afterEach(async () => {
  connection.close();
  await server.kill("SIGKILL");
  await disk.remove();
});

async function open(): Promise<void> {
  server = await spawnBerth({ data });
  connection = connect(server.url);
}

/** The answer; what it acknowledges is promised from then on. */
async function send(step: steps.Step): Promise<Answer> {
  const answer = await connection.send(step.request);
  remember(seen, step.change(answer)(world), REPO);
  if (step.accepts.includes(answer.status)) world = step.change(answer)(world);
  return answer;
}
async function acknowledged(step: steps.Step): Promise<Answer> {
  const answer = await send(step);
  expect([step.request.path, answer.status]).toEqual([step.request.path, step.accepts[0]]);
  return answer;
}

/** 503 in the contract's form, with the time after which to try again. */
function expectUnavailable({ status, headers, body }: Answer): void {
  expect({ status, retryAfter: headers["retry-after"] }).toEqual({
    status: 503,
    retryAfter: expect.stringMatching(/^\d+$/),
  });
  expect(JSON.parse(body.toString())).toMatchObject({ errors: [{ code: "UNAVAILABLE" }] });
}

/** What differs from what was acknowledged, and what breaks an invariant. */
async function complaints(): Promise<readonly string[]> {
  const { facts, wrong } = await observe(connection, REPO, seen);
  const { broken } = await checkStore(data);
  return [...wrong, ...differences(factsOf(repoOf(world, REPO)), facts), ...broken];
}

/** Killed and started again, it has the same; and a sweep takes all that was in the way. */
async function complaintsAfterRestart(): Promise<readonly string[]> {
  connection.close();
  await server.kill("SIGKILL");
  await open();
  const found = await complaints();
  connection.close();
  await server.kill("SIGTERM");
  await sweepInFuture(data);
  const { strays } = await checkStore(data);
  return [...found, ...strays];
}

const pushLarge = (content: Content) => steps.pushWhole(REPO, content);

/** Pushes 4 MiB of manifests; answers the refusals, which are all 503. */
async function pushPadded(mark: string): Promise<readonly Answer[]> {
  const refused: Answer[] = [];
  for (let count = 0; count < 12; count += 1) {
    const manifest = image(`padded ${mark} ${count}`, 340_000);
    const answer = await send(steps.pushManifest(REPO, manifest, [`${mark}${count}`]));
    if (answer.status !== 201) refused.push(answer);
  }
  refused.forEach(expectUnavailable);
  return refused;
}

async function beginOne(content: Content) {
  const path = steps.locationOf(await acknowledged(steps.begin(REPO, content)));
  return { repo: REPO, path, content };
}

describe("issue: a full disk is a 503, and nothing that was acknowledged is lost", () => {
  it("refuses blobs that don't fit, goes on reading, and takes them once there is room", async () => {
    await disk.fillUpTo(9 * MEGABYTE);
    const fits = contentOf(6 * MEGABYTE, "fits");
    const tooMuch = contentOf(12 * MEGABYTE, "too much");
    await acknowledged(pushLarge(fits));
    for (let tries = 0; tries < 3; tries += 1) expectUnavailable(await send(pushLarge(tooMuch)));
    expect(await complaints()).toEqual([]);
    await disk.makeRoom();
    await acknowledged(pushLarge(tooMuch));
    await acknowledged(steps.pushManifest(REPO, image("after"), ["after"]));
    expect(await complaints()).toEqual([]);
    expect(await complaintsAfterRestart()).toEqual([]);
  });

  it("keeps an upload where it stood when a chunk of it did not fit", async () => {
    const content = contentOf(20 * MEGABYTE, "in two chunks");
    const half = 10 * MEGABYTE;
    const place = await beginOne(content);
    await acknowledged(steps.append(place, 0, half, true));
    await disk.fillUpTo(4 * MEGABYTE);
    expectUnavailable(await send(steps.append(place, half, content.bytes.length, true)));
    expect(await complaints()).toEqual([]);
    expectUnavailable(await send(steps.commit(place, half)));
    expect(await complaints()).toEqual([]);
    await disk.makeRoom();
    await acknowledged(steps.append(place, half, content.bytes.length, true));
    await acknowledged(steps.commit(place, content.bytes.length));
    expect(await complaintsAfterRestart()).toEqual([]);
  });

  it("refuses manifests that the table has no room for, and takes them once there is some", async () => {
    await disk.fillUpTo(2 * MEGABYTE);
    expect((await pushPadded("a")).length).toBeGreaterThan(2);
    await disk.fillUpTo(0);
    expect((await pushPadded("b")).length).toBeGreaterThan(2);
    expect(await complaints()).toEqual([]);
    await disk.makeRoom();
    expect(await pushPadded("a")).toEqual([]);
    expect(await pushPadded("b")).toEqual([]);
    expect(await complaints()).toEqual([]);
    expect(await complaintsAfterRestart()).toEqual([]);
  });

  it("starts on a full disk, or says what is in the way, and serves once there is room", async () => {
    connection.close();
    await server.kill("SIGKILL");
    await disk.fillUpTo(0);
    const outcome = await spawnBerth({ data }).then(
      async (started) => (await started.kill("SIGKILL")) && "it serves",
      (error: unknown) => String(error),
    );
    console.log(`on a full disk: ${outcome}`);
    expect(outcome).toMatch(/it serves|ended with 2 before it said .*: berth: \S+/);
    await disk.makeRoom();
    await open();
    expect(await complaints()).toEqual([]);
  });
});

describe("issue: a failing fsync is a 503, and nothing that was acknowledged is lost", () => {
  it.each([
    ["every file", () => undefined],
    ["the table's log", () => join(data, "table.sqlite-wal")],
  ])("refuses writes while the syncs of %s fail, goes on reading, and recovers", async (_, path) => {
    const place = await beginOne(contentOf(90_000, "chunks"));
    await acknowledged(steps.append(place, 0, 40_000, true));
    const trouble = await failSyncs(server.pid, path());
    const content = contentOf(700, `never ${path() ?? ""}`);
    expectUnavailable(await send(steps.pushWhole(REPO, content)));
    expectUnavailable(await send(steps.pushManifest(REPO, image("never"), ["before"])));
    expectUnavailable(await send(steps.append(place, 40_000, 80_000, true)));
    expectUnavailable(await send(steps.deleteTag(REPO, "before")));
    const failed = await trouble.end();
    expect(failed).toBeGreaterThan(3);
    await acknowledged(steps.pushManifest(REPO, image("after"), ["after"]));
    await acknowledged(steps.pushWhole(REPO, content));
    await acknowledged(steps.append(place, 40_000, 90_000, true));
    await acknowledged(steps.commit(place, 90_000));
    expect(await complaints()).toEqual([]);
    expect(await complaintsAfterRestart()).toEqual([]);
  });
});
