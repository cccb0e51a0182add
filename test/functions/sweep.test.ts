import { describe, expect, it } from "vitest";
import { sweepInTime } from "../../functions/sweep-in-time.ts";
import { bodyOf } from "../support/bodies.ts";
import { caller, createDomain, repo } from "../support/domain.ts";
import { contextWith, listen } from "./support/gateway.ts";

const HOUR = 3_600_000;

/** A registry in which somebody has left an upload of a few bytes. */
async function withLeftover() {
  const domain = createDomain({ uploadIdle: HOUR });
  const { id, secret } = await domain.registry.beginUpload({ caller, repo: repo("a/b") });
  const chunk = { body: bodyOf(Buffer.from("left behind")), range: { first: 0, last: 10 } };
  await domain.registry.appendUpload({ caller, repo: repo("a/b"), id, secret, chunk });
  domain.time.now += 2 * HOUR;
  const objects = async () => (await domain.blobs.list("blobs/")).entries.length;
  expect(await objects()).toBe(1);
  return { ...domain, objects, ...listen() };
}

describe("the scheduled sweep", () => {
  it("takes away what a broken upload has left, and says so", async () => {
    const { telemetry, told, objects, ...ports } = await withLeftover();
    await sweepInTime({ telemetry, ports, context: contextWith() });
    expect(await objects()).toBe(0);
    expect(told.lines).toEqual([
      {
        level: "info",
        message: "swept what broken uploads have left",
        fields: { objects: 1, multiparts: 0, manifests: 0 },
      },
    ]);
  });

  it("stops when the invocation is nearly over, and the next one does the rest", async () => {
    const { telemetry, told, objects, ...ports } = await withLeftover();
    const calls = { left: 6 };
    const context = contextWith(() => (calls.left-- > 0 ? 60_000 : 4000));
    await sweepInTime({ telemetry, ports, context });
    expect(told.lines.map(({ level }) => level)).toEqual(["warn"]);
    expect(await objects()).toBe(1);
    await sweepInTime({ telemetry, ports, context: contextWith() });
    expect(await objects()).toBe(0);
  });

  it("fails, for Lambda to count it, where a store fails while there is time", async () => {
    const { telemetry, told, ...ports } = await withLeftover();
    const failing = { ...ports.blobs, list: () => Promise.reject(new TypeError("no such bucket")) };
    const failed = sweepInTime({ telemetry, ports: { ...ports, blobs: failing }, context: contextWith() });
    await expect(failed).rejects.toThrow("the sweep failed: no such bucket");
    expect(told.lines.map(({ level }) => level)).toEqual(["error"]);
  });
});
