import { describe, expect, it } from "vitest";
import { blobsUntil, deadlineOf, inTime, tableUntil } from "../../functions/gateway/deadline.ts";
import { BlobStoreUnavailableError } from "../../shared/ports/blobs.ts";
import { StoreUnavailableError } from "../../shared/ports/table.ts";
import { createMemoryBlobs } from "../../shared/stores/memory-blobs.ts";
import { createMemoryTable } from "../../shared/stores/memory-table.ts";

const KEY = { pk: "P", sk: "S" };
const never = new Promise<never>(() => {});

describe("the time of an invocation", () => {
  it("is what Lambda leaves, less a reserve for the answer", () => {
    const context = { remaining: 29_000, getRemainingTimeInMillis: () => context.remaining };
    const deadline = deadlineOf(context, 1000);
    expect(deadline.left()).toBe(28_000);
    context.remaining = 900;
    expect(deadline.left()).toBe(-100);
  });

  it("lets work answer, or fail, that is in time", async () => {
    const deadline = { left: () => 60_000 };
    expect(await inTime(Promise.resolve("done"), deadline)).toBe("done");
    await expect(inTime(Promise.reject(new Error("failed")), deadline)).rejects.toThrow("failed");
  });

  it("says when work is late, and takes no offence at how that ends", async () => {
    for (const left of [5, 0, -1000]) expect(await inTime(never, { left: () => left })).toBe("late");
    const { promise, reject } = Promise.withResolvers<never>();
    expect(await inTime(promise, { left: () => 0 })).toBe("late");
    reject(new Error("nobody waits for this any more: unhandled, it would end the process"));
    await new Promise((resolve) => setImmediate(resolve));
  });
});

describe("the stores of an invocation", () => {
  it("are the stores themselves while there is time", async () => {
    const deadline = { left: () => 1 };
    const table = tableUntil(deadline, createMemoryTable());
    await table.write({ op: "put", key: KEY, attributes: { a: 1 } });
    expect((await table.get(KEY, "strong"))?.attributes).toEqual({ a: 1 });
    expect(await blobsUntil(deadline, createMemoryBlobs()).head("key")).toBeUndefined();
  });

  it("are away once it is over: what is still at work reaches nothing any more", async () => {
    const time = { left: 1 };
    const bare = createMemoryTable();
    const table = tableUntil({ left: () => time.left }, bare);
    const blobs = blobsUntil({ left: () => time.left }, createMemoryBlobs());
    time.left = 0;
    const write = table.write({ op: "put", key: KEY, attributes: {} });
    await expect(write).rejects.toThrow(StoreUnavailableError);
    await expect(table.get(KEY, "strong")).rejects.toThrow("the time of this invocation is over");
    await expect(blobs.remove("key")).rejects.toThrow(BlobStoreUnavailableError);
    expect(await bare.get(KEY, "strong")).toBeUndefined();
  });
});
