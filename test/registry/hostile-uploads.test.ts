import { describe, expect, it } from "vitest";
import { BLOB_LIMITS, BlobStoreUnavailableError, type Blobs } from "../../shared/ports/blobs.ts";
import type { Table } from "../../shared/ports/table.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { bodyOf, patterned, sameBytes } from "../support/bodies.ts";
import { caller, createDomain, pullBlob, repo, sha256 } from "../support/domain.ts";

const name = repo("a/b");
const { minPart } = BLOB_LIMITS;

/** Runs `meddle` once, right after the parts were joined: between the two steps of a commit. */
function afterJoining(blobs: Blobs, meddle: () => Promise<unknown>): Blobs {
  let waiting = true;
  return {
    ...blobs,
    completeMultipart: async (multipart, parts) => {
      const result = await blobs.completeMultipart(multipart, parts);
      if (waiting) {
        waiting = false;
        await meddle();
      }
      return result;
    },
  };
}

describe("two equal closing PUTs of one upload", () => {
  it("never make an empty object of a multipart upload that the other has joined", async () => {
    const domain = createDomain();
    const { registry } = domain;
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    const bytes = patterned(minPart + 3, "twice");
    const digest = sha256(bytes);
    const put = (body: AsyncIterable<Uint8Array>) => ({
      caller,
      repo: name,
      id,
      secret,
      digest,
      chunk: { body },
    });
    const gate = Promise.withResolvers<void>();
    async function* slow() {
      yield bytes.subarray(0, minPart);
      await gate.promise;
      yield bytes.subarray(minPart);
    }
    // The second has begun before the first, and ends while the first has joined the parts but not yet committed.
    const second = registry.commitUpload(put(slow()));
    const blobs = afterJoining(domain.blobs, () => {
      gate.resolve();
      return second;
    });
    const first = createRegistry({ ...domain, blobs }).commitUpload(put(bodyOf(bytes)));
    expect(await Promise.all([first, second])).toEqual([
      { digest, size: bytes.length },
      { digest, size: bytes.length },
    ]);
    expect(sameBytes(await pullBlob(registry, name, digest), bytes)).toBe(true);
    expect((await domain.blobs.list("")).entries).toHaveLength(1);
  });

  it("both succeed, though the later needs what the earlier took away", async () => {
    const domain = createDomain();
    const { registry } = domain;
    const bytes = patterned(minPart + 3, "equal");
    const digest = sha256(bytes);
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    for (const chunk of [bytes.subarray(0, minPart), bytes.subarray(minPart)]) {
      await registry.appendUpload({ caller, repo: name, id, secret, chunk: { body: bodyOf(chunk) } });
    }
    const put = { caller, repo: name, id, secret, digest };
    let waiting = true;
    // The later one has read the session, and is about to make the tail the last part.
    const table: Table = {
      ...domain.table,
      write: async (write) => {
        if (waiting) {
          waiting = false;
          await registry.commitUpload({ ...put, chunk: { body: bodyOf(new Uint8Array()) } });
        }
        return domain.table.write(write);
      },
    };
    const later = createRegistry({ ...domain, table }).commitUpload({
      ...put,
      chunk: { body: bodyOf(new Uint8Array()) },
    });
    expect(await later).toEqual({ digest, size: bytes.length });
    expect(waiting).toBe(false);
  });
});

describe("a body that nobody reads to its end", () => {
  it("is closed, so that a server can drop what still comes", async () => {
    const domain = createDomain();
    const blobs: Blobs = {
      ...domain.blobs,
      uploadPart: async (_multipart, _number, body) => {
        for await (const { length } of body)
          throw new BlobStoreUnavailableError(`no space for ${length} bytes`);
        throw new Error("there was a body");
      },
    };
    const { id, secret } = await domain.registry.beginUpload({ caller, repo: name });
    let closed = false;
    async function* endless() {
      try {
        for (;;) yield new Uint8Array(minPart);
      } finally {
        closed = true;
      }
    }
    const append = createRegistry({ ...domain, blobs }).appendUpload({
      caller,
      repo: name,
      id,
      secret,
      chunk: { body: endless() },
    });
    await expect(append).rejects.toThrow("no space for");
    expect(closed).toBe(true);
  });
});

describe("an upload in many chunks", () => {
  it("uses no more part numbers than it has parts, as there are only ten thousand", async () => {
    const { registry, table } = createDomain();
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    const bytes = patterned(minPart + 9, "tail, too");
    let offset = 0;
    for (let at = 0; at < 3; at += 1) {
      const range = { first: offset, last: offset + bytes.length - 1 };
      const chunk = at === 1 ? { body: bodyOf(bytes), range } : { body: bodyOf(bytes), length: bytes.length };
      ({ offset } = await registry.appendUpload({ caller, repo: name, id, secret, chunk }));
    }
    const parts = await table.query({
      pk: `UPLOAD#${id}`,
      prefix: "PART#",
      limit: 10,
      consistency: "strong",
    });
    expect(parts.items.map(({ sk }) => sk)).toEqual(["PART#00001", "PART#00002", "PART#00003"]);
  });

  it("is refused, not a defect, when all part numbers are used up", async () => {
    const { registry, table } = createDomain();
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    const bytes = patterned(minPart + 3, "last");
    for (const chunk of [bytes.subarray(0, minPart), bytes.subarray(minPart)]) {
      await registry.appendUpload({ caller, repo: name, id, secret, chunk: { body: bodyOf(chunk) } });
    }
    const key = { pk: `UPLOAD#${id}`, sk: "SESSION" };
    await table.write({ op: "update", key, set: { nextPart: BLOB_LIMITS.parts + 1 } });
    const put = {
      caller,
      repo: name,
      id,
      secret,
      digest: sha256(bytes),
      chunk: { body: bodyOf(new Uint8Array()) },
    };
    await expect(registry.commitUpload(put)).rejects.toMatchObject({ reason: "SIZE_INVALID" });
  });
});

describe("a PATCH whose tail can't be removed afterwards", () => {
  it("succeeds all the same, as its bytes are durable", async () => {
    const domain = createDomain();
    const { id, secret } = await domain.registry.beginUpload({ caller, repo: name });
    const [first, second] = [patterned(10, "first"), patterned(10, "second")];
    const blobs: Blobs = {
      ...domain.blobs,
      remove: () => Promise.reject(new BlobStoreUnavailableError("the disk fails")),
    };
    const { appendUpload } = createRegistry({ ...domain, blobs });
    await appendUpload({ caller, repo: name, id, secret, chunk: { body: bodyOf(first) } });
    const appended = appendUpload({ caller, repo: name, id, secret, chunk: { body: bodyOf(second) } });
    expect(await appended).toEqual({ id, offset: 20 });
    domain.time.now += 100_000;
    expect(await domain.sweep()).toMatchObject({ objects: 2 });
  });
});

describe("two PATCHes at one offset, of which one has taken the tail away", () => {
  it("tell the other so", async () => {
    const domain = createDomain();
    const { registry } = domain;
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    const chunk = () => ({ body: bodyOf(patterned(10, "chunk")) });
    await registry.appendUpload({ caller, repo: name, id, secret, chunk: chunk() });
    let waiting = true;
    const blobs: Blobs = {
      ...domain.blobs,
      read: async (key) => {
        if (waiting) {
          waiting = false;
          await registry.appendUpload({ caller, repo: name, id, secret, chunk: chunk() });
        }
        return domain.blobs.read(key);
      },
    };
    const late = createRegistry({ ...domain, blobs }).appendUpload({
      caller,
      repo: name,
      id,
      secret,
      chunk: chunk(),
    });
    await expect(late).rejects.toMatchObject({ reason: "RANGE_INVALID" });
    expect(await registry.statUpload({ caller, repo: name, id, secret })).toEqual({ id, offset: 20 });
  });
});
