import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { PART_MEMORY } from "../../functions/door/limits.ts";
import { rawClient } from "../support/raw-client.ts";
import { offsetOf, patchWhole, putEmpty, statusOf } from "./door-faults/door-client.ts";
import { useDoor } from "./door-faults/door-stand.ts";
import { useFindings } from "./door-faults/findings.ts";
import { breakOff, byPatch, byPut, goOn, layerOf } from "./door-faults/pushes.ts";

const tell = useFindings("A client that does two things at once, and many clients");
const door = useDoor();
const MIB = 1024 * 1024;
const PART = 16 * MIB;
const MANY = Math.ceil(PART_MEMORY / PART);
const MINUTE = 180_000;
/** A third of what a Web Function has. */
const MOST_MEGABYTES = 700;

describe("a client that does two things at once", { timeout: MINUTE }, () => {
  it("sends two PATCHes: one counts, the other hears 416 and where the upload stands", async () => {
    const [one, other] = [layerOf("one PATCH"), layerOf("other PATCH")];
    const path = await door.begin();
    const heard = await Promise.all([
      patchWhole(door.port, path, one.bytes),
      patchWhole(door.port, path, other.bytes),
    ]);
    expect(new Set(heard.map(statusOf))).toEqual(new Set([202, 416]));
    for (const each of heard) expect(offsetOf(each)).toBe(one.bytes.length);
    const winner = statusOf(heard[0]) === 202 ? one : other;
    const loser = winner === one ? other : one;
    expect(statusOf(await putEmpty(door.port, path, loser.digest))).toBe(400);
    expect(statusOf(await putEmpty(door.port, path, winner.digest))).toBe(201);
    expect([await door.isThere(winner.digest), await door.isThere(loser.digest)]).toEqual([true, false]);
    expect(await byPatch.run(door, await door.begin(), loser)).toMatchObject({ created: true });
    tell("two PATCHes at once, of different bytes", "202 and 416; only the first's digest can be committed");
  });

  it("sends two closing PUTs behind its PATCH: both create the blob", async () => {
    const layer = layerOf("two PUTs");
    const path = await door.begin();
    expect(statusOf(await patchWhole(door.port, path, layer.bytes))).toBe(202);
    const heard = await Promise.all([
      putEmpty(door.port, path, layer.digest),
      putEmpty(door.port, path, layer.digest),
    ]);
    expect(heard.map(statusOf)).toEqual([201, 201]);
    expect(statusOf(await putEmpty(door.port, path, layer.digest))).toBe(201);
    expect(await door.isThere(layer.digest)).toBe(true);
    tell("two empty closing PUTs at once", "201 and 201; again: 201");
  });

  it("sends two closing PUTs with the same bytes: both create the blob", async () => {
    const layer = layerOf("two same PUTs");
    const path = await door.begin();
    const told = await Promise.all([byPut.run(door, path, layer), byPut.run(door, path, layer)]);
    expect(told.map(({ created }) => created)).toEqual([true, true]);
    expect(await byPut.run(door, path, layer)).toMatchObject({ created: true });
    expect(await door.isThere(layer.digest)).toBe(true);
    tell("two closing PUTs at once, of the same bytes", "201 and 201; again: 201");
  });

  it("sends two closing PUTs with different bytes: one is there, the other nowhere until it is sent again", async () => {
    const layers = [layerOf("one of two PUTs"), layerOf("other of two PUTs")] as const;
    const path = await door.begin();
    const told = await Promise.all(layers.map((layer) => byPut.run(door, path, layer)));
    const there = await Promise.all(layers.map(({ digest }) => door.isThere(digest)));
    expect(there).toEqual(told.map(({ created }) => created));
    expect(there.filter(Boolean)).toHaveLength(1);
    for (const layer of layers) {
      expect(await byPut.run(door, await door.begin(), layer)).toMatchObject({ created: true });
    }
    tell("two closing PUTs at once, of different bytes", "one 201, and no blob of the other; anew: 201");
  });

  it("leaves a PATCH hanging, pushes all the same, and lets it go on", async () => {
    const layer = layerOf("hanging");
    const path = await door.begin();
    const hanging = await rawClient(door.port);
    hanging.send(`PATCH ${path} HTTP/1.1\r\nHost: door\r\nContent-Length: ${layer.bytes.length}\r\n\r\n`);
    hanging.send(layer.bytes.subarray(0, 6 * MIB));
    expect(await goOn(door, path, layer)).toMatchObject({ created: true });
    hanging.send(layer.bytes.subarray(6 * MIB));
    await Promise.race([hanging.ended, hanging.heard(/\r\n\r\n/)]);
    hanging.socket.destroy();
    expect(await door.isThere(layer.digest)).toBe(true);
    tell(
      "PATCH that hangs while its upload is pushed and committed, and goes on then",
      "the blob stays as it is",
    );
  });
});

describe("many clients that disappear", { timeout: MINUTE }, () => {
  it("leave the door the memory for the next one", async () => {
    // Each is given room for a part of 16 MiB: the last would wait for ever, were it not given back.
    const layer = layerOf("many");
    const paths = await Promise.all(Array.from({ length: MANY }, () => door.begin()));
    while (paths.length > 0) {
      await Promise.all(paths.splice(0, 8).map((path) => breakOff(door, path, layer, 5 * MIB + 1)));
    }
    expect(await byPatch.run(door, await door.begin(), layerOf("the next one"))).toMatchObject({
      created: true,
    });
    const status = await readFile(`/proc/${door.pid}/status`, "utf8");
    const megabytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
    tell(
      `${MANY} PATCHes, gone in their first part`,
      `202, 201 for the next; below ${MOST_MEGABYTES} MB of memory`,
    );
  });
});
