import { beforeEach, describe, expect, it } from "vitest";
import type { Key, Table } from "../../shared/ports/table.ts";
import { createMemoryBlobs } from "../../shared/stores/memory-blobs.ts";
import { createMemoryTable } from "../../shared/stores/memory-table.ts";
import { bodyOf } from "../support/bodies.ts";
import { countBlobs } from "./counting/counted-blobs.ts";
import { countTable } from "./counting/counted-table.ts";
import { type Call, createRecorder, type Recorder, sequentialCalls } from "./counting/recorder.ts";
import { readUnits, writeUnits } from "./counting/units.ts";

const KIB = 1024;
const KEY_BYTES = "pk".length + "sk".length + "p".length + "1".length;
const key = (sk: string): Key => ({ pk: "p", sk });
/** Attributes that make an item of exactly so many bytes, with a sort key of one character. */
const sized = (bytes: number) => ({ x: new Uint8Array(bytes - KEY_BYTES - "x".length) });

let recorder: Recorder;
let table: Table;
beforeEach(async () => {
  recorder = createRecorder();
  table = countTable(createMemoryTable(), recorder);
});

const put = (sk: string, bytes: number) => table.write({ op: "put", key: key(sk), attributes: sized(bytes) });
const last = (): Call => {
  const call = recorder.take().at(-1);
  if (!call) throw new Error("nothing was recorded");
  return call;
};

describe("DynamoDB Developer Guide § DynamoDB read and write operations", () => {
  it.each([
    [0, 1],
    [1, 1],
    [3.5 * KIB, 1],
    [4 * KIB, 1],
    [4 * KIB + 1, 2],
    [10 * KIB, 3],
  ])("reads %i bytes strongly with %i units, eventually with half of them", (bytes, units) => {
    expect(readUnits(bytes, "strong")).toBe(units);
    expect(readUnits(bytes, "eventual")).toBe(units / 2);
  });

  it.each([
    [0, 0, 1],
    [0, 512, 1],
    [0, KIB, 1],
    [0, KIB + 1, 2],
    [3.5 * KIB, 0, 4],
    [200, 2 * KIB, 2],
  ])(
    "writes an item that had %i bytes and gets %i with %i units, in a transaction with twice as many",
    (before, after, units) => {
      expect(writeUnits({ before, after }, "alone")).toBe(units);
      expect(writeUnits({ before, after }, "in a transaction")).toBe(2 * units);
    },
  );

  it("reads one item with GetItem, or learns for one unit that it is absent", async () => {
    await put("1", 6.5 * KIB);
    recorder.take();
    await table.get(key("1"), "strong");
    expect(last()).toMatchObject({ operation: "GetItem", readUnits: 2, writeUnits: 0 });
    await table.get(key("2"), "strong");
    expect(last()).toMatchObject({ operation: "GetItem", readUnits: 1 });
  });

  it("rounds each item of a batch: 1.5 KB and 6.5 KB are 12 KB, and one that is absent a unit more", async () => {
    await put("1", 1.5 * KIB);
    await put("2", 6.5 * KIB);
    await table.getMany([key("1"), key("2")]);
    expect(last()).toMatchObject({ operation: "BatchGetItem", readUnits: 3 });
    await table.getMany([key("1"), key("2"), key("3")]);
    expect(last()).toMatchObject({ operation: "BatchGetItem", readUnits: 4 });
  });

  it("asks nothing for an empty batch", async () => {
    await table.getMany([]);
    expect(recorder.take()).toEqual([]);
  });

  it("rounds the sum of a page: 1.5 KB and 6.5 KB are 8 KB, also where only keys are wanted", async () => {
    await put("1", 1.5 * KIB);
    await put("2", 6.5 * KIB);
    const query = { pk: "p", prefix: "", limit: 10, consistency: "strong" } as const;
    await table.query(query);
    expect(last()).toMatchObject({ operation: "Query", readUnits: 2 });
    const page = await table.query({ ...query, keysOnly: true });
    expect(page.items).toEqual([
      { ...key("1"), attributes: {} },
      { ...key("2"), attributes: {} },
    ]);
    expect(last()).toMatchObject({ operation: "Query", readUnits: 2 });
  });
});

describe("DynamoDB Developer Guide § Capacity unit consumption for write operations", () => {
  it("writes by the larger of what was there and what is there now", async () => {
    await put("1", 2 * KIB);
    expect(last()).toMatchObject({ operation: "PutItem", writeUnits: 2, tableGrowth: 2 * KIB + 100 });
    await put("1", 100);
    expect(last()).toMatchObject({ operation: "PutItem", writeUnits: 2, tableGrowth: 100 - 2 * KIB });
    await table.write({ op: "update", key: key("1"), set: sized(3 * KIB) });
    expect(last()).toMatchObject({ operation: "UpdateItem", writeUnits: 3 });
    await table.write({ op: "delete", key: key("1") });
    expect(last()).toMatchObject({ operation: "DeleteItem", writeUnits: 3, tableGrowth: -3 * KIB - 100 });
    await table.write({ op: "delete", key: key("1") });
    expect(last()).toMatchObject({ operation: "DeleteItem", writeUnits: 1, tableGrowth: 0 });
  });

  it("pays for a write whose condition does not hold, by what it met, or brought where it met nothing", async () => {
    const brought = { op: "put", attributes: sized(2 * KIB) } as const;
    const absent = await table.write({ ...brought, key: key("1"), only: [{ kind: "exists" }] });
    expect(absent.outcome).toBe("condition-failed");
    expect(last()).toMatchObject({ writeUnits: 2, tableGrowth: 0 });
    await put("1", 5 * KIB);
    const present = await table.write({ ...brought, key: key("1"), only: [{ kind: "absent" }] });
    expect(present.outcome).toBe("condition-failed");
    expect(last()).toMatchObject({ writeUnits: 5, tableGrowth: 0 });
  });

  it("pays twice for each item of a transaction, a check among them", async () => {
    await put("1", 1.5 * KIB);
    const transaction = [
      { op: "check", key: key("1"), only: [{ kind: "exists" }] },
      { op: "put", key: key("2"), attributes: sized(3 * KIB) },
      { op: "delete", key: key("3") },
    ] as const;
    await table.transact(transaction);
    expect(last()).toMatchObject({
      operation: "TransactWriteItems",
      writeUnits: 2 * (2 + 3 + 1),
      tableGrowth: 3 * KIB + 100,
    });
  });

  it("does not take for growth what a TTL removes", async () => {
    await table.write({ op: "put", key: key("1"), attributes: { expires: 2_000_000_000 } });
    expect(last()).toMatchObject({ writeUnits: 1, tableGrowth: 0 });
  });
});

describe("what is counted of S3", () => {
  it("tells every request, and the bytes that it brings or takes away", async () => {
    const blobs = countBlobs(createMemoryBlobs(), recorder);
    const five = Buffer.alloc(5);
    await blobs.put("a", bodyOf(five));
    const multipart = await blobs.createMultipart("b");
    const stored = await blobs.uploadPart(multipart, 1, bodyOf(five));
    if (stored.outcome === "stored") await blobs.completeMultipart(multipart, [stored.part]);
    await blobs.read("a");
    await blobs.head("a");
    await blobs.remove("a");
    await blobs.list("");
    expect(recorder.take().map((call) => [call.operation, call.stored, call.removed])).toEqual([
      ["PutObject", 5, 0],
      ["CreateMultipartUpload", 0, 0],
      ["UploadPart", 5, 0],
      ["CompleteMultipartUpload", 0, 0],
      ["GetObject", 0, 0],
      ["HeadObject", 0, 0],
      ["DeleteObject", 0, 5],
      ["ListObjectsV2", 0, 0],
    ]);
  });

  it("asks nobody to open an object for a client", async () => {
    const blobs = countBlobs(createMemoryBlobs(), recorder);
    expect(await blobs.open("a")).toMatchObject({ kind: "redirect" });
    expect(recorder.take()).toEqual([]);
  });
});

describe("round trips", () => {
  it("counts those that wait for each other, not those that run at once", async () => {
    const get = (sk: string) => table.get(key(sk), "strong");
    await get("1");
    await Promise.all([get("1"), get("2"), get("3")]);
    await get("1");
    const calls = recorder.take();
    expect(calls).toHaveLength(5);
    expect(sequentialCalls(calls)).toHaveLength(3);
  });

  it("finds the longest chain among calls that overlap", async () => {
    const get = (sk: string) => table.get(key(sk), "strong");
    await Promise.all([
      get("1")
        .then(() => get("2"))
        .then(() => get("3")),
      get("4"),
    ]);
    expect(sequentialCalls(recorder.take())).toHaveLength(3);
  });
});
