import { describe, expect, it } from "vitest";
import { BLOB_LIMITS } from "../../shared/ports/blobs.ts";
import type { Table } from "../../shared/ports/table.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { bodyOf, brokenBody, patterned, sameBytes } from "../support/bodies.ts";
import { caller, createDomain, pullBlob, repo, sha256 } from "../support/domain.ts";

const name = repo("a/b");
const { minPart } = BLOB_LIMITS;
const HOUR = 60 * 60 * 1000;
const SIZES = [minPart, minPart + 7, minPart + 1, 100] as const;
const bytes = patterned(
  SIZES.reduce((sum, size) => sum + size, 0),
  "numbered",
);
const digest = sha256(bytes);
const empty = { body: bodyOf(new Uint8Array()), length: 0 };

/** The bytes of part `number`. */
function part(number: number): Uint8Array {
  const first = SIZES.slice(0, number - 1).reduce((sum, size) => sum + size, 0);
  return bytes.subarray(first, first + (SIZES[number - 1] ?? 0));
}

async function begun(domain = createDomain({ uploadIdle: HOUR })) {
  const { registry } = domain;
  const { id, secret } = await registry.beginUpload({ caller, repo: name });
  const upload = { caller, repo: name, id, secret };
  const put = (number: number, sent = part(number)) =>
    registry.putPart({ ...upload, number, chunk: { body: bodyOf(sent), length: sent.length } });
  const commit = (parts = SIZES.length, wanted = digest) =>
    registry.commitUpload({ ...upload, digest: wanted, chunk: empty, parts });
  return { ...domain, upload, put, commit };
}

const invalid = (reason: RegExp) => ({
  reason: "BLOB_UPLOAD_INVALID",
  detail: expect.objectContaining({ reason: expect.stringMatching(reason) as string }) as object,
});

describe("parts that their client numbers", () => {
  it("make up the blob by their numbers, whatever their order, several at a time", async () => {
    const { registry, put, commit, blobs, time, sweep } = await begun();
    expect(await Promise.all([3, 1, 4, 2].map((number) => put(number)))).toContainEqual({ size: 100 });
    expect(await commit()).toEqual({ digest, size: bytes.length });
    expect(await commit()).toEqual({ digest, size: bytes.length });
    expect(sameBytes(await pullBlob(registry, name, digest), bytes)).toBe(true);
    time.now += 2 * HOUR;
    await sweep();
    expect((await blobs.list("")).entries).toHaveLength(1);
  });

  it("make it up for both of two closing PUTs at once", async () => {
    const { registry, put, commit } = await begun();
    await Promise.all([1, 2, 3, 4].map((number) => put(number)));
    const created = { digest, size: bytes.length };
    expect(await Promise.all([commit(), commit()])).toEqual([created, created]);
    expect(sameBytes(await pullBlob(registry, name, digest), bytes)).toBe(true);
  });

  it.each([1, 2, 3, 4, 5])("survive a table that fails now and then (seed %i)", async (seed) => {
    const rates = {
      conflict: 0.2,
      throttled: 0.1,
      "unknown-written": 0.1,
      "unknown-unwritten": 0.1,
    } as const;
    const { registry, put, commit } = await begun(createDomain({ uploadIdle: HOUR, seed, rates }));
    await Promise.all([1, 2, 3, 4].map((number) => put(number)));
    await commit();
    expect(sameBytes(await pullBlob(registry, name, digest), bytes)).toBe(true);
  });

  it("may be sent again: the later counts", async () => {
    const { registry, put, commit } = await begun();
    await put(2, patterned(minPart, "wrong"));
    await Promise.all([1, 2, 3, 4].map((number) => put(number)));
    await commit();
    expect(sameBytes(await pullBlob(registry, name, digest), bytes)).toBe(true);
  });

  it("count only whole: one that breaks off leaves what was there before", async () => {
    const { registry, upload, put, commit } = await begun();
    await Promise.all([1, 2, 3, 4].map((number) => put(number)));
    const broken = brokenBody(part(2).subarray(0, 1000), new Error("the client went away"));
    await expect(registry.putPart({ ...upload, number: 2, chunk: { body: broken } })).rejects.toThrow(
      "went away",
    );
    await commit();
    expect(sameBytes(await pullBlob(registry, name, digest), bytes)).toBe(true);
  });

  it("must all be there: the closing PUT says which are not, and the upload goes on", async () => {
    const { put, commit } = await begun();
    await put(2);
    await expect(commit()).rejects.toMatchObject({
      reason: "BLOB_UPLOAD_INVALID",
      detail: { reason: "parts are missing", parts: ["1", "3", "4"], missing: 3 },
    });
    await Promise.all([1, 3, 4].map((number) => put(number)));
    expect(await commit()).toEqual({ digest, size: bytes.length });
  });

  it("must have the digest, else nothing is visible", async () => {
    const { registry, put, commit } = await begun();
    await Promise.all([1, 2, 3, 4].map((number) => put(number)));
    const other = sha256(new Uint8Array([1]));
    await expect(commit(4, other)).rejects.toMatchObject({ reason: "DIGEST_INVALID" });
    for (const wanted of [other, digest]) {
      await expect(registry.statBlob({ caller, repo: name, digest: wanted })).rejects.toThrow("blob unknown");
    }
    expect(await commit()).toEqual({ digest, size: bytes.length });
  });

  it("may not be short, but for the last", async () => {
    const { put, commit } = await begun();
    await put(1, part(1).subarray(1));
    await Promise.all([2, 3, 4].map((number) => put(number)));
    await expect(commit()).rejects.toMatchObject(invalid(/only the last part/));
  });

  it("may not be empty, nor larger than memory bears", async () => {
    const { registry, upload, put } = await begun();
    await expect(put(1, new Uint8Array())).rejects.toMatchObject(invalid(/at least a byte/));
    const chunk = { body: bodyOf(part(1)), length: 2 ** 40 };
    await expect(registry.putPart({ ...upload, number: 1, chunk })).rejects.toMatchObject({
      reason: "SIZE_INVALID",
    });
  });

  it("are not for an upload that has chunks in order, nor chunks for one that has parts", async () => {
    const inOrder = await begun();
    await inOrder.registry.appendUpload({ ...inOrder.upload, chunk: { body: bodyOf(part(1)) } });
    await expect(inOrder.put(1)).rejects.toMatchObject(invalid(/goes on in order/));
    const numbered = await begun();
    await numbered.put(1);
    const append = numbered.registry.appendUpload({ ...numbered.upload, chunk: { body: bodyOf(part(1)) } });
    await expect(append).rejects.toMatchObject(invalid(/numbered/));
  });

  it("make a chunk fail that is on its way while the first of them comes", async () => {
    for (const size of [10, minPart + 1]) {
      const domain = createDomain({ uploadIdle: HOUR });
      const { upload, put, commit } = await begun(domain);
      let isFirst = true;
      // The chunk has read the session.
      const table: Table = {
        ...domain.table,
        get: async (key, consistency) => {
          const item = await domain.table.get(key, consistency);
          if (isFirst) {
            isFirst = false;
            await put(1);
          }
          return item;
        },
      };
      const chunk = { body: bodyOf(patterned(size, "late")) };
      const append = createRegistry({ ...domain, table }).appendUpload({ ...upload, chunk });
      await expect(append).rejects.toMatchObject({ reason: "RANGE_INVALID" });
      await Promise.all([2, 3, 4].map((number) => put(number)));
      expect(await commit()).toEqual({ digest, size: bytes.length });
    }
  });

  it("keep their upload from expiring while they come", async () => {
    const { put, commit, time } = await begun();
    for (const number of [1, 2, 3, 4]) {
      time.now += 0.7 * HOUR;
      await put(number);
    }
    expect(await commit()).toEqual({ digest, size: bytes.length });
  });

  it("leave nothing where the upload is cancelled", async () => {
    const { registry, upload, put, blobs } = await begun();
    await put(1);
    await registry.cancelUpload(upload);
    expect((await blobs.listMultiparts("")).entries).toEqual([]);
    await expect(put(2)).rejects.toThrow("upload unknown");
  });
});
