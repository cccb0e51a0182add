import { describe, expect, it } from "vitest";
import { BLOB_LIMITS, type Blobs } from "../../shared/ports/blobs.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { bodyOf, patterned, sameBytes } from "../support/bodies.ts";
import { caller, createDomain, pullBlob, pushBlob, repo, sha256 } from "../support/domain.ts";

const name = repo("a/b");
const DAY = 24 * 60 * 60 * 1000;
const append = (bytes: Uint8Array) => ({ caller, repo: name, chunk: { body: bodyOf(bytes) } });

describe("the sweep", () => {
  it("takes away what broken uploads have left, and nothing else", async () => {
    const { registry, blobs, time, sweep } = createDomain();
    const kept = [patterned(10, "small"), patterned(BLOB_LIMITS.minPart + 1, "large")];
    for (const bytes of kept) await pushBlob(registry, name, bytes);
    for (const size of [0, 10, BLOB_LIMITS.minPart + 1]) {
      const { id, secret } = await registry.beginUpload({ caller, repo: name });
      await registry.appendUpload({ ...append(patterned(size, "broken")), id, secret });
    }
    expect(await sweep()).toEqual({ objects: 0, multiparts: 0, manifests: 0 });
    time.now += 2 * DAY;
    expect(await sweep()).toEqual({ objects: 1, multiparts: 1, manifests: 0 });
    expect((await blobs.list("")).entries).toHaveLength(2);
    for (const bytes of kept) {
      expect(sameBytes(await pullBlob(registry, name, sha256(bytes)), bytes)).toBe(true);
    }
  });

  it("ends a multipart upload that the store began twice, since the first answer was lost, and leaves the blob", async () => {
    const domain = createDomain();
    const blobs: Blobs = {
      ...domain.blobs,
      createMultipart: async (key) => {
        await domain.blobs.createMultipart(key);
        return domain.blobs.createMultipart(key);
      },
    };
    const bytes = patterned(BLOB_LIMITS.minPart + 1, "begun twice");
    await pushBlob(createRegistry({ ...domain, blobs }), name, bytes);
    expect((await domain.blobs.listMultiparts("")).entries).toHaveLength(1);
    expect(await domain.sweep()).toEqual({ objects: 0, multiparts: 1, manifests: 0 });
    expect((await domain.blobs.listMultiparts("")).entries).toEqual([]);
    expect(sameBytes(await pullBlob(domain.registry, name, sha256(bytes)), bytes)).toBe(true);
  });

  it("leaves an upload alone as long as its client may come back, and ends it then", async () => {
    const { registry, time, sweep } = createDomain({ uploadIdle: DAY });
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    const bytes = patterned(30, "slow");
    for (let at = 0; at < 3; at += 1) {
      time.now += DAY - 1;
      await sweep();
      await registry.appendUpload({ ...append(bytes.subarray(at * 10, at * 10 + 10)), id, secret });
    }
    time.now += DAY + 1;
    await expect(registry.statUpload({ caller, repo: name, id, secret })).rejects.toThrow("upload unknown");
    expect(await sweep()).toMatchObject({ objects: 1 });
    const late = {
      caller,
      repo: name,
      id,
      secret,
      digest: sha256(bytes),
      chunk: { body: bodyOf(new Uint8Array()) },
    };
    await expect(registry.commitUpload(late)).rejects.toThrow("upload unknown");
  });

  it.each([30, BLOB_LIMITS.minPart + 2])(
    "leaves an upload alone while a body of %i bytes still comes, however slowly",
    async (size) => {
      const { registry, time, sweep } = createDomain({ uploadIdle: DAY });
      const bytes = patterned(size, "days");
      async function* slow() {
        for (const [first, end] of [
          [10, 11],
          [11, 12],
          [12, size],
        ]) {
          yield bytes.subarray(first, end);
          time.now += 0.7 * DAY;
          await sweep();
        }
      }
      const { id, secret } = await registry.beginUpload({ caller, repo: name });
      const upload = { caller, repo: name, id, secret };
      await registry.appendUpload({ ...upload, chunk: { body: bodyOf(bytes.subarray(0, 10)) } });
      const chunk = { body: slow(), range: { first: 10, last: size - 1 } };
      await registry.appendUpload({ ...upload, chunk });
      const digest = sha256(bytes);
      await registry.commitUpload({ ...upload, digest, chunk: { body: bodyOf(new Uint8Array()) } });
      expect(sameBytes(await pullBlob(registry, name, digest), bytes)).toBe(true);
    },
  );

  it("finds the bytes of a session that the table has already dropped", async () => {
    const { registry, blobs, table, time, sweep } = createDomain();
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    await registry.appendUpload({ ...append(patterned(10, "lost")), id, secret });
    await table.write({ op: "delete", key: { pk: `UPLOAD#${id}`, sk: "SESSION" } });
    time.now += 20 * DAY;
    expect(await sweep()).toMatchObject({ objects: 1 });
    expect((await blobs.list("")).entries).toEqual([]);
  });

  it("finds what was left over before a registry was switched off for months", async () => {
    const { registry, blobs, time, sweep } = createDomain();
    await sweep();
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    await registry.appendUpload({ ...append(patterned(10, "old")), id, secret });
    time.now += 100 * DAY;
    expect(await sweep()).toMatchObject({ objects: 1 });
    expect((await blobs.list("")).entries).toEqual([]);
  });
});
