import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OciError } from "../../shared/oci/errors.ts";
import { BLOB_LIMITS, BlobStoreUnavailableError } from "../../shared/ports/blobs.ts";
import type { Chunk } from "../../shared/registry/registry.ts";
import { bodyOf, fetchSource, patterned, sameBytes } from "../support/bodies.ts";
import { caller, createDomain, pullBlob, repo, sha256, sha512 } from "../support/domain.ts";

const name = repo("a/b");
const { minPart } = BLOB_LIMITS;

const chunkOf = (bytes: Uint8Array, first: number, ranged: boolean): Chunk => ({
  body: bodyOf(bytes),
  length: bytes.length,
  ...(ranged && bytes.length > 0 && { range: { first, last: first + bytes.length - 1 } }),
});

/** Sizes around what a part must have at least, where the tail and the parts meet. */
const sizes = fc.oneof(
  fc.integer({ min: 0, max: 2000 }),
  fc.integer({ min: minPart - 3, max: minPart + 3 }),
  fc.integer({ min: minPart, max: 3 * minPart }),
);

/** A store may also hang up on who brings a part of an upload that is gone: come back later, the registry says then. */
const isTold = (reason: unknown): boolean =>
  reason instanceof OciError || reason instanceof BlobStoreUnavailableError;

describe("uploads", () => {
  it("keep the exact bytes, whatever the chunks, the digest's algorithm and the store's moods", async () => {
    const rates = {
      conflict: 0.1,
      throttled: 0.02,
      "unknown-written": 0.05,
      "unknown-unwritten": 0.05,
      unprocessed: 0.2,
    };
    const chunks = fc.array(fc.record({ size: sizes, ranged: fc.boolean() }), { maxLength: 4 });
    const cases = fc.record({ seed: fc.integer(), chunks, long: fc.boolean(), lastInPut: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(cases, async ({ seed, chunks: plan, long, lastInPut }) => {
        const { registry } = createDomain({ seed, rates });
        const { id, secret } = await registry.beginUpload({ caller, repo: name });
        const total = plan.reduce((sum, { size }) => sum + size, 0);
        const bytes = patterned(total, seed);
        let offset = 0;
        const inPut = lastInPut ? plan.at(-1) : undefined;
        for (const { size, ranged } of inPut ? plan.slice(0, -1) : plan) {
          const chunk = chunkOf(bytes.subarray(offset, offset + size), offset, ranged);
          ({ offset } = await registry.appendUpload({ caller, repo: name, id, secret, chunk }));
        }
        const digest = long ? sha512(bytes) : sha256(bytes);
        const chunk = chunkOf(bytes.subarray(offset), offset, inPut?.ranged ?? false);
        const info = await registry.commitUpload({ caller, repo: name, id, secret, digest, chunk });
        expect(info).toEqual({ digest, size: total });
        const pulled = await pullBlob(registry, name, digest);
        expect(sameBytes(pulled, bytes)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("leave nothing in the stores but the blob itself", async () => {
    const { registry, blobs } = createDomain();
    const bytes = patterned(2 * minPart + 7, 1);
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    for (const [first, end] of [
      [0, 10],
      [10, minPart - 1],
      [minPart - 1, 2 * minPart],
      [2 * minPart, bytes.length],
    ] as const) {
      await registry.appendUpload({
        caller,
        repo: name,
        id,
        secret,
        chunk: chunkOf(bytes.subarray(first, end), first, true),
      });
    }
    await registry.commitUpload({
      caller,
      repo: name,
      id,
      secret,
      digest: sha256(bytes),
      chunk: { body: bodyOf(new Uint8Array()) },
    });
    expect((await blobs.list("")).entries).toHaveLength(1);
    expect((await blobs.listMultiparts("")).entries).toEqual([]);
  });

  it("are stored once, however often the same bytes are pushed", async () => {
    const { registry, blobs } = createDomain();
    for (const size of [0, 100, minPart, 2 * minPart]) {
      const bytes = patterned(size, size);
      for (const target of [repo("one"), repo("two"), repo("one")]) {
        const { id, secret } = await registry.beginUpload({ caller, repo: target });
        await registry.commitUpload({
          caller,
          repo: target,
          id,
          secret,
          digest: sha256(bytes),
          chunk: chunkOf(bytes, 0, false),
        });
      }
    }
    expect((await blobs.list("")).entries).toHaveLength(4);
    expect((await blobs.listMultiparts("")).entries).toEqual([]);
  });

  it("of which two race for one session end with one blob, and the other is told so", async () => {
    for (const size of [1000, minPart, 2 * minPart]) {
      for (let seed = 0; seed < 5; seed += 1) {
        const { registry } = createDomain({ seed, rates: { conflict: 0.2, "unknown-written": 0.05 } });
        const { id, secret } = await registry.beginUpload({ caller, repo: name });
        const rivals = [1, 2, 3].map((rival) => patterned(size, rival));
        const results = await Promise.allSettled(
          rivals.map((bytes) =>
            registry.commitUpload({
              caller,
              repo: name,
              id,
              secret,
              digest: sha256(bytes),
              chunk: chunkOf(bytes, 0, false),
            }),
          ),
        );
        const won = results.findIndex(({ status }) => status === "fulfilled");
        const bytes = rivals[won] ?? new Uint8Array();
        expect(sameBytes(await pullBlob(registry, name, sha256(bytes)), bytes)).toBe(true);
        const lost = results.filter((result) => result.status === "rejected");
        const defects = lost.map(({ reason }) => reason as unknown).filter((reason) => !isTold(reason));
        expect([lost.length, ...defects]).toEqual([2]);
        for (const rival of rivals.filter((other) => other !== bytes)) {
          const digest = sha256(rival);
          await expect(registry.statBlob({ caller, repo: name, digest })).rejects.toThrow("blob unknown");
        }
      }
    }
  });

  it("of which two append at one offset keep the bytes of one", async () => {
    for (const size of [1000, minPart + 1]) {
      const { registry } = createDomain();
      const { id, secret } = await registry.beginUpload({ caller, repo: name });
      const rivals = [1, 2, 3, 4].map((rival) => patterned(size, rival));
      const results = await Promise.allSettled(
        rivals.map((bytes) =>
          registry.appendUpload({ caller, repo: name, id, secret, chunk: chunkOf(bytes, 0, true) }),
        ),
      );
      const won = results.findIndex(({ status }) => status === "fulfilled");
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await registry.statUpload({ caller, repo: name, id, secret })).toEqual({ id, offset: size });
      const bytes = rivals[won] ?? new Uint8Array();
      await registry.commitUpload({
        caller,
        repo: name,
        id,
        secret,
        digest: sha256(bytes),
        chunk: { body: bodyOf(new Uint8Array()) },
      });
      expect(sameBytes(await pullBlob(registry, name, sha256(bytes)), bytes)).toBe(true);
    }
  });

  it("that were completed by a request whose answer got lost are found complete by the next", async () => {
    const { registry, blobs, table } = createDomain();
    const bytes = patterned(2 * minPart + 5, 4);
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    await registry.appendUpload({ caller, repo: name, id, secret, chunk: chunkOf(bytes, 0, true) });
    // A crash between the two steps of the commit: the parts are joined, the table does not know.
    const [multipart] = (await blobs.listMultiparts("")).entries;
    const items = await table.query({
      pk: `UPLOAD#${id}`,
      prefix: "PART#",
      limit: 100,
      consistency: "strong",
    });
    const parts = items.items.map(({ sk, attributes }) => ({
      number: Number(sk.slice("PART#".length)),
      etag: String(attributes["etag"]),
      size: Number(attributes["size"]),
    }));
    expect(multipart && (await blobs.completeMultipart(multipart, parts))).toEqual({ outcome: "completed" });
    await registry.commitUpload({
      caller,
      repo: name,
      id,
      secret,
      digest: sha256(bytes),
      chunk: { body: bodyOf(new Uint8Array()) },
    });
    expect(sameBytes(await pullBlob(registry, name, sha256(bytes)), bytes)).toBe(true);
  });

  it("read a part of the blob", async () => {
    const { registry } = createDomain();
    const bytes = patterned(2 * minPart + 5, 4);
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    const digest = sha256(bytes);
    await registry.commitUpload({ caller, repo: name, id, secret, digest, chunk: chunkOf(bytes, 0, true) });
    const range = { first: minPart - 2, last: minPart + 2 };
    const opened = await registry.openBlob({ caller, repo: name, digest, range: () => range });
    expect(opened).toMatchObject({ range, info: { digest, size: bytes.length } });
    expect(await fetchSource(opened.source, range)).toEqual(
      Buffer.from(bytes.subarray(range.first, range.last + 1)),
    );
  });
});
