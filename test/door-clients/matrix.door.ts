import { statfs } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it, type TestContext } from "vitest";
import { readPushed } from "../clients/support/repository.ts";
import { stackUnderTest } from "../gateway/support/stack-under-test.ts";
import type { Running } from "./support/client.ts";
import { CLIENTS } from "./support/clients.ts";
import { ARRANGEMENTS, canPush, SIZES, type Size, sizesFor } from "./support/matrix.ts";
import { wordsOf } from "./support/words.ts";

/**
 * A layer of every size, by every client, to each arrangement: docs/door-clients.md. Every byte that the registry serves
 * then is compared, and what the client itself pulls up to 20 MB. What can't get through is tried as well, so that the
 * page has the client's own words. Each client has a registry of its own, whose stores go with it.
 */

const GIB = 1024 ** 3;
/** The image, the client's copy, what it unpacks, the store's parts and the object that it makes of them. */
const COPIES = 5;

/** In the words of each client; some say only that the API hung up on them. */
const TOO_LARGE = /413|larger than|broken pipe|connection reset/;
const HANGS = "(hangs, and says nothing)";
const PATIENCE_MILLISECONDS = 60_000;

async function expectRoom(bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(inject("workshop"));
  const needed = COPIES * bytes + GIB;
  if (bavail * bsize < needed) throw new Error(`needs ${Math.ceil(needed / GIB)} GiB of free disk`);
}

async function secondsOf(push: () => Promise<unknown>): Promise<string> {
  const start = performance.now();
  await push();
  const seconds = (performance.now() - start) / 1000;
  return seconds.toFixed(seconds < 10 ? 1 : 0);
}

/** Resolves with what the client says. The one that hangs ends with its daemon. */
async function refusal(push: () => Promise<unknown>): Promise<string> {
  const words = await Promise.race([
    push().then(
      () => undefined,
      (cause: Error) => wordsOf(cause.message),
    ),
    wait(PATIENCE_MILLISECONDS, HANGS, { ref: false }),
  ]);
  if (words === undefined) throw new Error("should have been refused, but got through");
  return words;
}

const TIER = process.env["BERTH_TEST_TIER"];
const ROWS = ARRANGEMENTS.flatMap((arrangement) =>
  CLIENTS.map((client) => ({ arrangement, client, sizes: sizesFor(client, arrangement, TIER) })),
);

for (const { arrangement, client, sizes } of ROWS.filter((row) => row.sizes.length > 0)) {
  describe(`${arrangement}, ${client.name}`, () => {
    const stack = stackUnderTest({ door: arrangement === "API only" ? "none" : "played" });
    let host = "";
    let running: Running;
    beforeAll(async () => {
      const { url } = arrangement === "edge" ? await stack.serveEdge({}) : stack.client;
      host = new URL(url).host;
      running = await client.start();
    });
    afterAll(() => running.stop());

    async function take(size: Size, task: TestContext["task"]) {
      const cell = { client: client.name, arrangement, size };
      task.meta.cell = { ...cell, kind: "failed", words: "" };
      await expectRoom(SIZES[size]);
      const name = client.name.toLowerCase().replaceAll(/[^a-z]+/g, "");
      return { cell, taken: await running.take(SIZES[size], `${host}/clients/${name}`) };
    }
    const isThrough = (size: Size): boolean => canPush(client, arrangement, size);

    it.for(sizes.filter(isThrough))("%s gets through", async (size, { task }) => {
      const { cell, taken } = await take(size, task);
      const seconds = await secondsOf(taken.push);
      expect(taken.isSame(await readPushed(taken.name)), "the registry serves what was pushed").toBe(true);
      const isBack = SIZES[size] >= GIB || (await taken.comesBack());
      expect(isBack, "the client gets back what it pushed").toBe(true);
      expect(stack.log(), "no environment ended for want of memory").not.toContain("killed, it had");
      task.meta.cell = { ...cell, kind: "through", seconds };
      await taken.forget();
    });

    it.for(sizes.filter((size) => !isThrough(size)))("%s is refused", async (size, { task }) => {
      const { cell, taken } = await take(size, task);
      const words = await refusal(taken.push);
      expect(words, "it is refused for its size").toMatch(client.hangs === true ? HANGS : TOO_LARGE);
      task.meta.cell = { ...cell, kind: "refused", words };
      await taken.forget();
    });
  });
}
