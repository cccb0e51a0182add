import { beforeEach, describe, expect, it } from "vitest";
import { openDirectoryBlobs } from "../../../local/stores/directory-blobs.ts";
import type { Blobs } from "../../../shared/ports/blobs.ts";
import { bodyOf, brokenBody, collect, patterned, sameBytes } from "../../support/bodies.ts";
import { createPowerCutDisk, type PowerCutDisk } from "../../support/power-cut-fs.ts";

const KEY = "blobs/2026-11-24/object";
const BYTES = patterned(3_000_000, KEY);

describe("issue § Disk full or a failing fsync: nothing is acknowledged, and it recovers", () => {
  let disk: PowerCutDisk;
  let blobs: Blobs;
  beforeEach(async () => {
    disk = createPowerCutDisk();
    let ids = 0;
    const newId = () => {
      ids += 1;
      return `id${ids}`;
    };
    blobs = await openDirectoryBlobs({ root: "/data", fs: disk.fs, newId });
  });

  const unavailable = (code: string) => ({
    name: "BlobStoreUnavailableError",
    cause: { code },
  });
  const leftovers = () => disk.fs.readDirectory("/data/temporary");
  const read = async (key: string) => collect((await blobs.read(key)) ?? bodyOf(Buffer.alloc(0)));

  it.each([0, 1, 1_000_000, 2_999_999])(
    "refuses an object where %d bytes fit, then takes it",
    async (room) => {
      disk.trouble.room = room;
      await expect(blobs.put(KEY, bodyOf(BYTES))).rejects.toMatchObject(unavailable("ENOSPC"));
      expect(await blobs.head(KEY)).toBeUndefined();
      expect(await leftovers()).toEqual([]);
      expect(disk.openFiles()).toBe(0);
      delete disk.trouble.room;
      await blobs.put(KEY, bodyOf(BYTES));
      expect(sameBytes(await read(KEY), BYTES)).toBe(true);
    },
  );

  it("says what is wrong and what helps", async () => {
    disk.trouble.room = 10;
    await expect(blobs.put(KEY, bodyOf(BYTES))).rejects.toThrow("the disk is full: free some space");
  });

  it("keeps the earlier part where a later one does not fit", async () => {
    const multipart = await blobs.createMultipart(KEY);
    const earlier = await blobs.uploadPart(multipart, 1, bodyOf(BYTES));
    if (earlier.outcome === "gone") throw new Error("the upload should be there");
    disk.trouble.room = 10;
    await expect(blobs.uploadPart(multipart, 1, bodyOf(BYTES))).rejects.toMatchObject(unavailable("ENOSPC"));
    expect(await leftovers()).toEqual([]);
    await blobs.completeMultipart(multipart, [earlier.part]);
    expect(sameBytes(await read(KEY), BYTES)).toBe(true);
  });

  it.each([1, 2])("stores nothing where sync %d of a put fails", async (failing) => {
    await blobs.put("blobs/2026-11-24/before", bodyOf(Buffer.from("makes the folders")));
    const before = disk.syncs.length;
    disk.trouble.fails = ({ count }) => count === before + failing;
    await expect(blobs.put(KEY, bodyOf(BYTES))).rejects.toMatchObject(unavailable("EIO"));
    expect(await blobs.head(KEY)).toBeUndefined();
    expect((await blobs.list("")).entries).toHaveLength(1);
    expect(await leftovers()).toEqual([]);
    await blobs.put(KEY, bodyOf(BYTES));
    expect(sameBytes(await read(KEY), BYTES)).toBe(true);
  });

  it.each([1, 2])("keeps the upload where sync %d of its completion fails", async (failing) => {
    await blobs.put("blobs/2026-11-24/before", bodyOf(Buffer.from("makes the folders")));
    const multipart = await blobs.createMultipart(KEY);
    const stored = await blobs.uploadPart(multipart, 1, bodyOf(BYTES));
    if (stored.outcome === "gone") throw new Error("the upload should be there");
    const before = disk.syncs.length;
    disk.trouble.fails = ({ count }) => count === before + failing;
    await expect(blobs.completeMultipart(multipart, [stored.part])).rejects.toMatchObject(unavailable("EIO"));
    expect(await blobs.head(KEY)).toBeUndefined();
    expect(await blobs.completeMultipart(multipart, [stored.part])).toEqual({ outcome: "completed" });
    expect(sameBytes(await read(KEY), BYTES)).toBe(true);
  });

  it("never trusts a file again of which an early fsync failed", async () => {
    const before = disk.syncs.length;
    const large = 70 * 1024 * 1024;
    async function* body() {
      const chunk = Buffer.alloc(65_536, 1);
      for (let sent = 0; sent < large; sent += chunk.length) yield chunk;
    }
    disk.trouble.fails = ({ count }) => count === before + 1;
    await expect(blobs.put(KEY, body())).rejects.toMatchObject(unavailable("EIO"));
    expect(disk.syncs.length).toBe(before + 1);
    expect(await leftovers()).toEqual([]);
  });

  it("hands on the error of a body unchanged, and keeps no file of it open", async () => {
    const left = Object.assign(new Error("the client left"), { code: "ECONNRESET" });
    await expect(blobs.put(KEY, brokenBody(BYTES, left))).rejects.toBe(left);
    expect(disk.openFiles()).toBe(0);
    expect(await leftovers()).toEqual([]);
  });

  it("stops reading a body as soon as the disk fails", async () => {
    let asked = 0;
    async function* endless() {
      for (;;) {
        asked += 1;
        yield Buffer.alloc(65_536);
      }
    }
    disk.trouble.room = 0;
    await expect(blobs.put(KEY, endless())).rejects.toMatchObject(unavailable("ENOSPC"));
    expect(asked).toBeLessThan(100);
  });
});
