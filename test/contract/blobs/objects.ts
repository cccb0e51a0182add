import { describe, expect, it } from "vitest";
import type { BlobSource, Blobs } from "../../../shared/ports/blobs.ts";
import { bodyOf, brokenBody, fetchSource, patterned, sameBytes } from "../../support/bodies.ts";
import type { BlobsTraits } from "../blobs.contract.ts";
import { brokenRule, freshKey, put, read } from "./support.ts";

/** A store that redirects may leave it to the place it redirects to. */
async function isAbsent(source: BlobSource | undefined): Promise<boolean> {
  if (source?.kind !== "redirect") return source === undefined;
  return (await fetch(source.url)).status === 404;
}

/** What HEAD hears: here from the store, or where it is redirected to. */
async function lengthBehind(source: BlobSource): Promise<number> {
  if (source.kind === "stream") return (await fetchSource(source)).length;
  const response = await fetch(source.url, { method: "HEAD" });
  expect(response.status).toBe(200);
  return Number(response.headers.get("Content-Length"));
}

export function objectsContract(blobs: () => Blobs, { filesAreKeys = false }: BlobsTraits): void {
  describe("objects", () => {
    it("gives back the bytes that were put, and their size", async () => {
      const key = freshKey();
      const bytes = patterned(200_000, key);
      expect(await blobs().put(key, bodyOf(bytes))).toEqual({ key, size: bytes.length });
      expect(await blobs().head(key)).toBe(bytes.length);
      expect(sameBytes((await read(blobs(), key)) ?? Buffer.alloc(0), bytes)).toBe(true);
    });

    it("keeps an object of no bytes", async () => {
      const key = freshKey();
      await put(blobs(), key, Buffer.alloc(0));
      expect(await blobs().head(key)).toBe(0);
      expect(await read(blobs(), key)).toHaveLength(0);
    });

    it("takes a body in chunks of any size, empty ones too", async () => {
      const key = freshKey();
      const bytes = patterned(10_000, key);
      async function* uneven() {
        yield bytes.subarray(0, 1);
        yield bytes.subarray(1, 1);
        for (let at = 1; at < 1000; at += 1) yield bytes.subarray(at, at + 1);
        yield bytes.subarray(1000);
      }
      expect(await blobs().put(key, uneven())).toEqual({ key, size: 10_000 });
      expect(await read(blobs(), key)).toEqual(bytes);
    });

    it("says undefined where there is no object", async () => {
      const key = freshKey();
      expect(await blobs().head(key)).toBeUndefined();
      expect(await blobs().read(key)).toBeUndefined();
      expect(await blobs().read(key, { first: 0, last: 0 })).toBeUndefined();
      expect(await isAbsent(await blobs().open(key))).toBe(true);
    });

    it("opens an object for a client, whole and in part", async () => {
      const key = freshKey();
      const bytes = patterned(1000, key);
      await put(blobs(), key, bytes);
      const whole = await blobs().open(key);
      expect(whole && (await fetchSource(whole))).toEqual(bytes);
      const range = { first: 10, last: 19 };
      const part = await blobs().open(key, { range });
      expect(part && (await fetchSource(part, range))).toEqual(bytes.subarray(10, 20));
    });

    it("opens an object for a client that wants its length alone", async () => {
      const key = freshKey();
      await put(blobs(), key, patterned(1000, key));
      const source = await blobs().open(key, { method: "HEAD" });
      expect(source && (await lengthBehind(source))).toBe(1000);
    });

    it("opens a large object for a client, whole and in part", async () => {
      const key = freshKey();
      const bytes = patterned(3_000_000, key);
      await put(blobs(), key, bytes);
      const whole = await blobs().open(key);
      expect(whole && sameBytes(await fetchSource(whole), bytes)).toBe(true);
      const range = { first: 1000, last: 2_500_000 };
      const part = await blobs().open(key, { range });
      const wanted = bytes.subarray(range.first, range.last + 1);
      expect(part && sameBytes(await fetchSource(part, range), wanted)).toBe(true);
    });

    it("replaces an object that is put again, in one step", async () => {
      const key = freshKey();
      await put(blobs(), key, patterned(300_000, "old"));
      await put(blobs(), key, patterned(100, "new"));
      expect(await read(blobs(), key)).toEqual(patterned(100, "new"));
    });

    it("leaves nothing, and the older object in place, where a body throws", async () => {
      const left = new Error("the client left");
      for (const size of [0, 1000, 3_000_000]) {
        const key = freshKey();
        await expect(blobs().put(key, brokenBody(patterned(size, key), left))).rejects.toBe(left);
        expect(await blobs().head(key)).toBeUndefined();
        await put(blobs(), key, patterned(10, "older"));
        await expect(blobs().put(key, brokenBody(patterned(size, key), left))).rejects.toBe(left);
        expect(await read(blobs(), key)).toEqual(patterned(10, "older"));
      }
    });

    it("removes an object, and has no quarrel with one that is absent", async () => {
      const key = freshKey();
      await put(blobs(), key, patterned(10, key));
      await blobs().remove(key);
      expect(await blobs().head(key)).toBeUndefined();
      expect(await blobs().read(key)).toBeUndefined();
      await blobs().remove(key);
      await blobs().remove(freshKey());
    });

    const below = filesAreKeys
      ? "refuses an object below another's key"
      : "keeps an object below another's key";
    it(`${below}, which stays either way`, async () => {
      const key = freshKey();
      await put(blobs(), key, Buffer.from("parent"));
      const stored = await put(blobs(), `${key}/child`, Buffer.from("child")).then(
        () => true,
        () => false,
      );
      expect(stored).toBe(!filesAreKeys);
      expect(await read(blobs(), key)).toEqual(Buffer.from("parent"));
      await blobs().remove(key);
      expect(await read(blobs(), `${key}/child`)).toEqual(filesAreKeys ? undefined : Buffer.from("child"));
    });

    it("takes keys of 1024 bytes, and no longer ones", async () => {
      const long = `${freshKey()}/${"k".repeat(100)}`.padEnd(1024, `/${"k".repeat(99)}`);
      await put(blobs(), long, Buffer.from("long"));
      expect(await read(blobs(), long)).toEqual(Buffer.from("long"));
      await expect(put(blobs(), `${long}k`, Buffer.from("longer"))).rejects.toMatchObject(brokenRule);
    });

    it.each([
      "",
      "/a",
      "a/",
      "a//b",
      "a/./b",
      "../a",
      "a/../../b",
      "a\\b",
      "a\0b",
      "A/b",
      "a.object",
      "%2e%2e/a",
    ])("refuses the key %j everywhere", async (key) => {
      const gone = { key, id: "1" };
      await expect(put(blobs(), key, Buffer.from("x"))).rejects.toMatchObject(brokenRule);
      await expect(blobs().createMultipart(key)).rejects.toMatchObject(brokenRule);
      await expect(blobs().uploadPart(gone, 1, bodyOf(Buffer.from("x")))).rejects.toMatchObject(brokenRule);
      await expect(blobs().completeMultipart(gone, [])).rejects.toMatchObject(brokenRule);
      await expect(blobs().abortMultipart(gone)).rejects.toMatchObject(brokenRule);
      await expect(blobs().head(key)).rejects.toMatchObject(brokenRule);
      await expect(blobs().read(key)).rejects.toMatchObject(brokenRule);
      await expect(blobs().open(key)).rejects.toMatchObject(brokenRule);
      await expect(blobs().remove(key)).rejects.toMatchObject(brokenRule);
    });

    it("refuses a range that is not within the object", async () => {
      const key = freshKey();
      await put(blobs(), key, patterned(10, key));
      for (const [first, last] of [
        [0, 10],
        [10, 10],
        [5, 4],
        [-1, 3],
      ] as const) {
        await expect(blobs().read(key, { first, last })).rejects.toMatchObject(brokenRule);
      }
    });
  });
}
