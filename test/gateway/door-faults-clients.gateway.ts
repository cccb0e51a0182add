import { describe, expect, it } from "vitest";
import { patterned } from "../support/bodies.ts";
import { rawClient } from "../support/raw-client.ts";
import {
  ask,
  chunkFrom,
  closing,
  digestOf,
  offsetOf,
  patchWhole,
  piecesOf,
  putEmpty,
  statusOf,
  streamed,
} from "./door-faults/door-client.ts";
import { useDoor } from "./door-faults/door-stand.ts";
import { useFindings } from "./door-faults/findings.ts";
import { breakOff, byGoingOn, byPatch, byPut, goOn, layerOf, untilCut } from "./door-faults/pushes.ts";

const tell = useFindings("A client that disappears, or contradicts itself");
const door = useDoor();
const MIB = 1024 * 1024;
const PART = 16 * MIB;
const MINUTE = 180_000;
/** bytes that a socket has taken and nobody has read when its client is found to be gone */
const UNREAD = 256 * 1024;

describe("a client that disappears", { timeout: MINUTE }, () => {
  it.each([
    { where: "before its first byte", at: 0 },
    { where: "behind a few bytes", at: 1000 },
    { where: "in the first part", at: 7 * MIB },
    { where: "right behind the first part", at: PART },
    { where: "a little behind the first part", at: PART + 1 },
    { where: "in the second part", at: PART + 5 * MIB + 1 },
  ])("$where goes on behind what was kept, and begins anew", async ({ where, at }) => {
    const layer = layerOf(`disappears ${at}`);
    const path = await door.begin();
    await breakOff(door, path, layer, at);
    const kept = offsetOf(await ask(door.port, { method: "GET", path }));
    expect(kept).toBeLessThanOrEqual(at);
    expect(kept).toBeGreaterThanOrEqual(at - UNREAD);
    tell(`PATCH, gone ${where}`, "what the door has read is kept: it goes on behind that, and begins anew");
    expect(await byGoingOn.run(door, path, layer)).toMatchObject({ created: true });
    expect(await byPut.run(door, await door.begin(), layer)).toMatchObject({ created: true });
    expect(await door.isThere(layer.digest)).toBe(true);
  });

  it("and sends the whole body again to the same Location, without a word", async () => {
    const layer = layerOf("without a word");
    const path = await door.begin();
    await breakOff(door, path, layer, PART + MIB);
    expect(await byPatch.run(door, path, layer)).toMatchObject({ created: true });
    tell("PATCH, gone, the whole PATCH again without a word", "202, 201");
    expect(await door.isThere(layer.digest)).toBe(true);
  });

  it("having announced more than the memory holds", async () => {
    const layer = layerOf("two tebibytes");
    const path = await door.begin();
    const client = await rawClient(door.port);
    client.send(`PATCH ${path} HTTP/1.1\r\nHost: door\r\nContent-Length: ${2 * 1024 ** 4}\r\n\r\n`);
    for (const piece of piecesOf(layer.bytes)) client.send(piece);
    await new Promise((resolve) => setTimeout(resolve, 500));
    client.socket.destroy();
    expect(await goOn(door, path, layer)).toMatchObject({ created: true });
    expect(await door.isThere(layer.digest)).toBe(true);
    tell("PATCH of 2 TiB, gone after 22 MiB", "the upload goes on, and so does the door");
  });
});

describe("a client that contradicts itself", { timeout: MINUTE }, () => {
  const range = (last: number) => ({ "Content-Range": `0-${last}` });

  it.each([
    { what: "sends less than its Content-Range", sent: 6 * MIB, last: 7 * MIB },
    { what: "sends more than its Content-Range", sent: 6 * MIB, last: 6 * MIB - 10 },
    { what: "sends far more than its Content-Range", sent: PART + 6 * MIB, last: 999 },
    { what: "sends far less than its Content-Range", sent: 999, last: PART + 6 * MIB },
  ])("$what is refused, and nothing of it counts", async ({ what, sent, last }) => {
    const layer = layerOf(what, sent);
    const path = await door.begin();
    const heard = await ask(door.port, {
      method: "PATCH",
      path,
      body: streamed(layer.bytes),
      headers: range(last),
    });
    expect([400, "cut"]).toContain(statusOf(heard));
    expect(offsetOf(await ask(door.port, { method: "GET", path }))).toBe(0);
    const put = { method: "PUT", path: closing(path, layer.digest), body: streamed(layer.bytes) } as const;
    expect([400, "cut"]).toContain(statusOf(await ask(door.port, { ...put, headers: range(last) })));
    expect(await door.isThere(layer.digest)).toBe(false);
    expect(await goOn(door, path, layer)).toMatchObject({ created: true });
    expect(await door.isThere(layer.digest)).toBe(true);
    tell(`PATCH and PUT, each ${what}`, "refused, and nothing of it counts; the upload goes on");
  });

  it("ends its body before its Content-Length, and goes on behind what came", async () => {
    const layer = layerOf("short", 8 * MIB);
    const path = await door.begin();
    const client = await rawClient(door.port);
    client.send(`PATCH ${path} HTTP/1.1\r\nHost: door\r\nContent-Length: ${PART}\r\n\r\n`);
    client.send(layer.bytes.subarray(0, 6 * MIB));
    await untilCut(door, async () => void client.socket.end());
    expect(await client.ended).not.toContain(" 202 ");
    const kept = offsetOf(await ask(door.port, { method: "GET", path }));
    expect(kept).toBeGreaterThanOrEqual(6 * MIB - UNREAD);
    expect(await goOn(door, path, layer)).toMatchObject({ created: true });
    tell(
      "PATCH that ends before its Content-Length",
      "what the door has read is kept, and it goes on behind that",
    );
  });

  it.each([
    { how: "in the PUT of the bytes", patched: false },
    { how: "in the PUT behind its PATCH", patched: true },
  ])(
    "says the wrong digest $how: nothing is there, and the right one is taken then",
    async ({ how, patched }) => {
      const layer = layerOf(how);
      const wrong = digestOf(patterned(10, "others"));
      const path = await door.begin();
      if (patched) await patchWhole(door.port, path, layer.bytes);
      const body = patched ? {} : { body: layer.bytes };
      const refused = await ask(door.port, { method: "PUT", path: closing(path, wrong), ...body });
      expect(statusOf(refused)).toBe(400);
      expect([await door.isThere(wrong), await door.isThere(layer.digest)]).toEqual([false, false]);
      const taken = await ask(door.port, { method: "PUT", path: closing(path, layer.digest), ...body });
      expect(statusOf(taken)).toBe(201);
      tell(`wrong digest ${how}`, "400, and no blob under either; then the right one: 201");
      expect(await door.isThere(layer.digest)).toBe(true);
      expect(await door.isThere(wrong)).toBe(false);
    },
  );

  it("says the wrong digest of what came in pieces, which is read once: nothing is there under it", async () => {
    const layer = layerOf("pieces");
    const wrong = digestOf(patterned(10, "others"));
    const path = await door.begin();
    await breakOff(door, path, layer);
    const from = offsetOf(await ask(door.port, { method: "GET", path }));
    expect(statusOf(await ask(door.port, { method: "PATCH", path, ...chunkFrom(layer.bytes, from) }))).toBe(
      202,
    );
    expect(statusOf(await putEmpty(door.port, path, wrong))).toBe(400);
    expect(await door.isThere(wrong)).toBe(false);
    expect(statusOf(await putEmpty(door.port, path, layer.digest))).toBe(201);
    tell("wrong digest of what came in pieces", "400, and no blob under it; then the right one: 201");
    expect(await door.isThere(layer.digest)).toBe(true);
  });
});
