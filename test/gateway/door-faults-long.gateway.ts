import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { rawClient } from "../support/raw-client.ts";
import { ask, offsetOf, streamed } from "./door-faults/door-client.ts";
import { useDoor } from "./door-faults/door-stand.ts";
import { useFindings } from "./door-faults/findings.ts";
import { byPatch, goOn, layerOf } from "./door-faults/pushes.ts";

const tell = useFindings("What takes long");
const door = useDoor();
const MINUTES = 300_000;
const MIB = 1024 * 1024;
const PART = 16 * MIB;
/** A checkpoint is recorded every sixteen parts, once two or three more are under way. */
const CHECKPOINT = 16 * PART;

describe("what takes long", { timeout: MINUTES }, () => {
  // At once, since each is waiting for a minute or a part of it.
  it("is borne: a client that stalls, and a store that never answers", async () => {
    const layer = layerOf("stalls");
    const path = await door.begin();
    const client = await rawClient(door.port);
    client.send(`PATCH ${path} HTTP/1.1\r\nHost: door\r\nContent-Length: ${layer.bytes.length}\r\n\r\n`);
    client.send(layer.bytes.subarray(0, 6 * MIB));
    let isSilent = false;
    door.strike((call) => {
      if (call !== "UploadPart" || isSilent) return undefined;
      isSilent = true;
      return { kind: "silent" };
    });
    expect(await byPatch.run(door, await door.begin(), layerOf("silence"))).toMatchObject({ created: true });
    tell("S3 takes a part and never answers", "202, 201: it is sent again after 20 s");
    expect(await client.ended).toBe("");
    while (offsetOf(await ask(door.port, { method: "GET", path })) === 0) await sleep(50);
    expect(await goOn(door, path, layer)).toMatchObject({ created: true });
    tell(
      "PATCH whose client sends nothing for a minute",
      "cut, and what came is kept: it goes on behind that",
    );
  });

  it("costs a killed door what came behind the last sixteen parts", async () => {
    const layer = layerOf("long", CHECKPOINT + 4 * PART);
    const path = await door.begin();
    door.strike((call) =>
      call === "TransactWriteItems" ? { kind: "lost", meanwhile: door.kill } : undefined,
    );
    expect(await ask(door.port, { method: "PATCH", path, body: streamed(layer.bytes) })).toEqual({
      kind: "cut",
    });
    await door.recover();
    expect(offsetOf(await ask(door.port, { method: "GET", path }))).toBe(CHECKPOINT);
    expect(await goOn(door, path, layer)).toMatchObject({ created: true });
    expect(await door.isThere(layer.digest)).toBe(true);
    tell("the door killed (kill -9) in a PATCH of 320 MiB", "256 MiB are kept: it goes on behind them");
  });
});
