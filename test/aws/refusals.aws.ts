import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { BlobStoreUnavailableError } from "../../shared/ports/blobs.ts";
import { StoreUnavailableError, type Table } from "../../shared/ports/table.ts";
import { bodyOf, patterned } from "../support/bodies.ts";
import {
  corruptBodies,
  type Fate,
  injectIntoDynamoDb,
  injectIntoS3,
  type WireFault,
} from "./support/sdk-faults.ts";
import { type AwsBlobs, type AwsTable, openAwsBlobs, openAwsTable } from "./support/stores.ts";

/** What befalls the requests of the test that runs, and what of it is still to come. */
const now: { fate: Fate; left: readonly WireFault[]; corrupt: boolean } = {
  fate: () => undefined,
  left: [],
  corrupt: false,
};
/** A fault that did not strike would prove nothing. */
const requireStruck = (): void => {
  if (now.left.length > 0) throw new Error(`these faults did not strike: ${now.left.join(", ")}`);
};

const strike = (command: string, ...faults: readonly WireFault[]): void => {
  requireStruck();
  const left = [...faults];
  now.left = left;
  now.fate = (asked) => (asked === `${command}Command` ? left.shift() : undefined);
};
afterEach(requireStruck);

let opened: AwsTable;
let bucket: AwsBlobs;
beforeAll(async () => {
  [opened, bucket] = await Promise.all([openAwsTable(), openAwsBlobs()]);
  injectIntoDynamoDb(opened.clients.once, (...sending) => now.fate(...sending));
  injectIntoDynamoDb(opened.clients.repeating, (...sending) => now.fate(...sending));
  injectIntoS3(bucket.client, (...sending) => now.fate(...sending));
  corruptBodies(bucket.client, () => now.corrupt);
});
afterAll(() => {
  opened.close();
  bucket.close();
});

const freshKey = () => ({ pk: `TEST#${randomUUID()}`, sk: "ITEM" });
const found = async (table: Table, key: ReturnType<typeof freshKey>) => {
  now.fate = () => undefined;
  return (await table.get(key, "strong"))?.attributes;
};

describe("a write of one item", () => {
  it.each<readonly [WireFault, string, boolean]>([
    ["unsent", "throttled", false],
    ["throttled", "throttled", false],
    ["conflict", "conflict", false],
    ["lost-undone", "unknown", false],
    ["lost-done", "unknown", true],
    ["error-undone", "unknown", false],
    ["error-done", "unknown", true],
  ])("that meets %s is sent once and comes to %s (written: %s)", async (fault, outcome, written) => {
    const { table } = opened;
    const key = freshKey();
    const create = { op: "put", key, attributes: { a: 1 }, only: [{ kind: "absent" }] } as const;
    strike("PutItem", fault);
    // Sent again, one that was done would meet its own trace: condition-failed.
    expect(await table.write(create)).toMatchObject({ outcome });
    expect(await found(table, key)).toEqual(written ? { a: 1 } : undefined);
  });

  it("adds once, though the answer is lost", async () => {
    const { table } = opened;
    const key = freshKey();
    strike("UpdateItem", "lost-done");
    const result = await table.write({ op: "update", key, add: { count: 1 } });
    expect(result).toMatchObject({ outcome: "unknown" });
    expect(await found(table, key)).toEqual({ count: 1 });
  });
});

describe("a transaction", () => {
  const transact = (key: ReturnType<typeof freshKey>) =>
    opened.table.transact([
      { op: "put", key, attributes: { a: 1 }, only: [{ kind: "absent" }] },
      { op: "update", key: { ...key, sk: "COUNT" }, add: { count: 1 } },
    ]);

  it.each<readonly [string, readonly WireFault[]]>([
    ["whose answer is lost", ["lost-done"]],
    ["whose answer is lost twice", ["lost-done", "error-done"]],
    ["that gets lost itself", ["lost-undone"]],
    ["that is throttled", ["throttled"]],
    ["that is told to be under way", ["lost-done", "in-progress"]],
    ["that finds no connection", ["unsent"]],
  ])("%s is sent again under its token, and written once", async (_, faults) => {
    const key = freshKey();
    strike("TransactWriteItems", ...faults);
    expect(await transact(key)).toEqual({ outcome: "written" });
    expect(await found(opened.table, key)).toEqual({ a: 1 });
    expect(await found(opened.table, { ...key, sk: "COUNT" })).toEqual({ count: 1 });
  });

  it("that meets another comes to conflict, and is not sent again", async () => {
    const key = freshKey();
    strike("TransactWriteItems", "conflict");
    expect(await transact(key)).toEqual({ outcome: "conflict" });
    expect(await found(opened.table, key)).toBeUndefined();
  });

  it.each<readonly [string, readonly WireFault[], boolean]>([
    ["lost every time", ["lost-undone", "lost-undone", "lost-undone"], false],
    ["done, and never heard of again", ["lost-done", "lost-done", "lost-done"], true],
    // The last answer alone would say that nothing was written.
    ["done, and throttled when it asks again", ["lost-done", "throttled", "throttled"], true],
    ["done, and in conflict when it asks again", ["lost-done", "conflict"], true],
  ])("that is %s comes to unknown", async (_, faults, written) => {
    const key = freshKey();
    strike("TransactWriteItems", ...faults);
    expect(await transact(key)).toMatchObject({ outcome: "unknown" });
    expect(await found(opened.table, key)).toEqual(written ? { a: 1 } : undefined);
  });
});

describe("a read", () => {
  const reads = {
    GetItem: () => opened.table.get(freshKey(), "strong"),
    BatchGetItem: () => opened.table.getMany([freshKey()]),
    Query: () => opened.table.query({ pk: "TEST#", prefix: "", limit: 1, consistency: "strong" }),
  };

  it.each(Object.entries(reads))("of %s goes on after a fault or two", async (command, read) => {
    strike(command, "error-undone", "lost-undone");
    await expect(read()).resolves.not.toThrow();
  });

  it.each(Object.entries(reads))(
    "of %s says that the store is unavailable after three",
    async (command, read) => {
      strike(command, "throttled", "error-undone", "lost-undone");
      await expect(read()).rejects.toThrow(StoreUnavailableError);
    },
  );
});

describe("a request of S3", () => {
  const key = (): string => `blobs/2026-11-24/${randomUUID()}`;

  it.each<WireFault>(["lost-done", "lost-undone", "error-done", "throttled", "unsent"])(
    "that meets %s is sent again",
    async (fault) => {
      const { blobs } = bucket;
      const [object, joined] = [key(), key()];
      strike("PutObject", fault);
      expect(await blobs.put(object, bodyOf(patterned(1000, fault)))).toEqual({ key: object, size: 1000 });
      strike("CreateMultipartUpload", fault);
      const multipart = await blobs.createMultipart(joined);
      strike("UploadPart", fault);
      const stored = await blobs.uploadPart(multipart, 1, bodyOf(patterned(1000, fault)));
      expect(stored).toMatchObject({ outcome: "stored", part: { size: 1000 } });
      strike("AbortMultipartUpload", fault);
      await blobs.abortMultipart(multipart);
      strike("DeleteObject", fault);
      await blobs.remove(object);
      expect(await blobs.head(object)).toBeUndefined();
      expect(await blobs.head(joined)).toBeUndefined();
    },
  );

  it("to complete, whose answer is lost, says gone: the object tells that it was done", async () => {
    const { blobs } = bucket;
    const multipart = await blobs.createMultipart(key());
    const stored = await blobs.uploadPart(multipart, 1, bodyOf(patterned(1000, "lost")));
    strike("CompleteMultipartUpload", "lost-done");
    const parts = stored.outcome === "stored" ? [stored.part] : [];
    expect(await blobs.completeMultipart(multipart, parts)).toEqual({ outcome: "gone" });
    expect(await blobs.head(multipart.key)).toBe(1000);
  });

  it("whose bytes change on the way is refused, and leaves nothing", async () => {
    const { blobs } = bucket;
    const object = key();
    const changed = /XAmzContentSHA256Mismatch/;
    now.corrupt = true;
    const put = blobs.put(object, bodyOf(patterned(1000, 1)));
    await expect(put).rejects.toThrow(BlobStoreUnavailableError);
    await expect(blobs.put(object, bodyOf(patterned(1000, 1)))).rejects.toThrow(changed);
    const multipart = await blobs.createMultipart(object);
    const part = blobs.uploadPart(multipart, 1, bodyOf(patterned(1000, 1)));
    await expect(part).rejects.toThrow(changed);
    now.corrupt = false;
    expect(await blobs.head(object)).toBeUndefined();
    await blobs.abortMultipart(multipart);
  });

  it("that fails three times says that the store is unavailable", async () => {
    const unavailable = { name: "BlobStoreUnavailableError" };
    strike("PutObject", "throttled", "error-undone", "lost-undone");
    await expect(bucket.blobs.put(key(), bodyOf(patterned(10, 1)))).rejects.toMatchObject(unavailable);
  });
});
