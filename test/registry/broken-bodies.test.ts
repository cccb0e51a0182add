import { describe, expect, it, vi } from "vitest";
import { BLOB_LIMITS, type Blobs } from "../../shared/ports/blobs.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { bodyOf, brokenBody, patterned, sameBytes } from "../support/bodies.ts";
import { caller, createDomain, pullBlob, repo, sha256 } from "../support/domain.ts";

const name = repo("a/b");
const { minPart } = BLOB_LIMITS;
const HOUR = 60 * 60 * 1000;
const gone = new Error("the client went away");

/** An upload with `acknowledged` bytes, to which a PATCH has brought all up to `kept` and then broke off. */
async function brokenUpload(bytes: Uint8Array, { acknowledged = 0, kept = 0 }) {
  const domain = createDomain({ uploadIdle: HOUR });
  const { registry } = domain;
  const { id, secret } = await registry.beginUpload({ caller, repo: name });
  const upload = { caller, repo: name, id, secret };
  if (acknowledged > 0) {
    await registry.appendUpload({ ...upload, chunk: { body: bodyOf(bytes.subarray(0, acknowledged)) } });
  }
  const body = brokenBody(bytes.subarray(acknowledged, kept), gone);
  await expect(registry.appendUpload({ ...upload, chunk: { body } })).rejects.toBe(gone);
  const from = (first: number, last = bytes.length - 1) => ({
    body: bodyOf(bytes.subarray(first, last + 1)),
    range: { first, last },
  });
  const expectBlob = async () => {
    expect(sameBytes(await pullBlob(registry, name, sha256(bytes)), bytes)).toBe(true);
    domain.time.now += 48 * HOUR;
    await domain.sweep();
    expect((await domain.blobs.list("")).entries).toHaveLength(1);
    expect((await domain.blobs.listMultiparts("")).entries).toEqual([]);
  };
  return { ...domain, upload, from, expectBlob, digest: sha256(bytes) };
}

const SHAPES = [
  { shape: "less than a part, at once", acknowledged: 0, kept: 1000 },
  { shape: "more than a part, at once", acknowledged: 0, kept: minPart + 7 },
  { shape: "more than a part, behind a tail", acknowledged: 10, kept: minPart + 1000 },
  { shape: "less than a part, behind a tail", acknowledged: 10, kept: 1000 },
] as const;

describe("a PATCH that breaks off after it has brought", () => {
  const bytes = patterned(3 * minPart, "broken");

  it.each(SHAPES)(
    "$shape: all of it is kept for a client that asks, and goes on behind it",
    async (shape) => {
      const { registry, upload, from, digest, expectBlob } = await brokenUpload(bytes, shape);
      expect(await registry.statUpload(upload)).toMatchObject({ offset: shape.kept });
      const middle = shape.kept + minPart;
      await registry.appendUpload({ ...upload, chunk: from(shape.kept, middle - 1) });
      expect(await registry.statUpload(upload)).toMatchObject({ offset: middle });
      await registry.commitUpload({ ...upload, digest, chunk: from(middle) });
      await expectBlob();
    },
  );

  it.each(SHAPES)("$shape: a client that sends it again without a word has the right blob", async (shape) => {
    const { registry, upload, digest, expectBlob } = await brokenUpload(bytes, shape);
    const body = bodyOf(bytes.subarray(shape.acknowledged));
    await registry.appendUpload({ ...upload, chunk: { body } });
    expect(await registry.statUpload(upload)).toMatchObject({ offset: bytes.length });
    await registry.commitUpload({ ...upload, digest, chunk: { body: bodyOf(new Uint8Array()), length: 0 } });
    await expectBlob();
  });

  it.each(SHAPES)("$shape: the place that was acknowledged is good, too, and no other", async (shape) => {
    const { registry, upload, from, digest, expectBlob } = await brokenUpload(bytes, shape);
    const elsewhere = registry.appendUpload({ ...upload, chunk: from(shape.kept - 1) });
    await expect(elsewhere).rejects.toMatchObject({ reason: "RANGE_INVALID" });
    await registry.commitUpload({ ...upload, digest, chunk: from(shape.acknowledged) });
    await expectBlob();
  });

  it.each(SHAPES)("$shape: an upload that is cancelled leaves none of it", async (shape) => {
    const { registry, upload, blobs } = await brokenUpload(bytes, shape);
    await registry.cancelUpload(upload);
    expect((await blobs.list("")).entries).toEqual([]);
    expect((await blobs.listMultiparts("")).entries).toEqual([]);
  });

  it("everything: the closing PUT needs no byte more", async () => {
    const { registry, upload, digest, expectBlob } = await brokenUpload(bytes, { kept: bytes.length });
    expect(await registry.statUpload(upload)).toMatchObject({ offset: bytes.length });
    await registry.commitUpload({ ...upload, digest, chunk: { body: bodyOf(new Uint8Array()), length: 0 } });
    await expectBlob();
  });

  it("everything: nor does a closing PUT that does not say that it is empty, as curl's", async () => {
    const { registry, upload, digest, expectBlob } = await brokenUpload(bytes, { kept: bytes.length });
    const put = registry.commitUpload({ ...upload, digest, chunk: { body: bodyOf(new Uint8Array()) } });
    expect(await put).toEqual({ digest, size: bytes.length });
    await expectBlob();
  });

  it.each(SHAPES)(
    "$shape: a closing PUT that sends it again, of no length, has the right blob",
    async (shape) => {
      const { registry, upload, digest, expectBlob } = await brokenUpload(bytes, shape);
      const body = bodyOf(bytes.subarray(shape.acknowledged));
      const put = registry.commitUpload({ ...upload, digest, chunk: { body } });
      expect(await put).toEqual({ digest, size: bytes.length });
      await expectBlob();
    },
  );

  it("everything: of two closing PUTs at once, both are told that the blob is there", async () => {
    const { registry, upload, digest, expectBlob } = await brokenUpload(bytes, { kept: bytes.length });
    const close = () =>
      registry.commitUpload({ ...upload, digest, chunk: { body: bodyOf(new Uint8Array()), length: 0 } });
    const created = { digest, size: bytes.length };
    expect(await Promise.all([close(), close()])).toEqual([created, created]);
    await expectBlob();
  });

  it("something twice: the later counts", async () => {
    const { registry, upload, from, digest, expectBlob } = await brokenUpload(bytes, { kept: minPart + 9 });
    const again = brokenBody(bytes.subarray(0, 500), gone);
    await expect(registry.appendUpload({ ...upload, chunk: { body: again } })).rejects.toBe(gone);
    expect(await registry.statUpload(upload)).toMatchObject({ offset: 500 });
    await registry.commitUpload({ ...upload, digest, chunk: from(500) });
    await expectBlob();
  });

  it("something: it is in the way of no request that runs beside it", async () => {
    const { registry, upload, digest, expectBlob } = await brokenUpload(bytes, {
      acknowledged: 10,
      kept: 20,
    });
    const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    async function* slow() {
      yield bytes.subarray(10, 11);
      begun.resolve();
      await goOn.promise;
      yield bytes.subarray(11);
    }
    const put = registry.commitUpload({ ...upload, digest, chunk: { body: slow() } });
    await begun.promise;
    const beside = brokenBody(bytes.subarray(10, 300), gone);
    await expect(registry.appendUpload({ ...upload, chunk: { body: beside } })).rejects.toBe(gone);
    expect(await registry.statUpload(upload)).toMatchObject({ offset: 300 });
    goOn.resolve();
    await put;
    await expectBlob();
  });
});

describe("a long PATCH whose process dies", () => {
  const MIB = new Uint8Array(1024 * 1024).fill(7);
  /** as the plan of parts has them */
  const PART = 16;

  it("has recorded its parts by the sixteen, while the body still came", async () => {
    const domain = createDomain({ uploadIdle: HOUR });
    const blobs: Blobs = {
      ...domain.blobs,
      uploadPart: async (_multipart, number, body) => {
        let size = 0;
        for await (const chunk of body) size += chunk.length;
        return { outcome: "stored", part: { number, etag: `${number}`, size } };
      },
    };
    const registry = createRegistry({ ...domain, blobs });
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    const upload = { caller, repo: name, id, secret };
    const forEver = Promise.withResolvers<void>();
    async function* endless() {
      for (let at = 0; at < 20 * PART; at += 1) yield MIB;
      await forEver.promise;
    }
    const patch = registry.appendUpload({ ...upload, chunk: { body: endless() } });
    await vi.waitFor(async () => {
      expect(await registry.statUpload(upload)).toMatchObject({ offset: 16 * PART * MIB.length });
    }, 30_000);
    forEver.resolve();
    expect(await patch).toMatchObject({ offset: 20 * PART * MIB.length });
    const parts = await domain.table.query({
      pk: `UPLOAD#${id}`,
      prefix: "PART#",
      limit: 100,
      consistency: "strong",
    });
    expect(parts.items).toHaveLength(20);
  });
});
