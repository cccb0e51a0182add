import { once } from "node:events";
import { PassThrough, type Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { partBytes } from "../../functions/stores/part-bytes.ts";
import { createPartMemory } from "../../functions/stores/part-memory.ts";
import { BLOB_LIMITS, type Blobs, type ByteStream } from "../../shared/ports/blobs.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { partSize } from "../../shared/registry/part-plan.ts";
import { bodyOf, brokenBody, patterned, sameBytes } from "../support/bodies.ts";
import { caller, createDomain, pullBlob, pushBlob, repo, sha256 } from "../support/domain.ts";

const MIB = 1024 * 1024;
const { minPart } = BLOB_LIMITS;
const PART = partSize(1);
/** with what the memory rounds up */
const TWO_PARTS = 2 * (PART + 8 * MIB);
const gone = new Error("the client went away");

/** The domain over blobs that gather their parts as the upload door does, in memory for two of them. */
function doorOfTwoParts() {
  const domain = createDomain();
  const memory = createPartMemory(TWO_PARTS);
  const blobs: Blobs = {
    ...domain.blobs,
    uploadPart: async (multipart, number, body, length) => {
      const { Body, release } = await partBytes(body, length, memory);
      try {
        const stored = await domain.blobs.uploadPart(multipart, number, asSent(Body));
        release("taken");
        return stored;
      } finally {
        release("failed");
      }
    },
  };
  return { registry: createRegistry({ ...domain, blobs }), memory };
}

/** As a socket takes it: a copy, piece by piece, while others have their turn. */
async function* asSent(body: Uint8Array | Readable): ByteStream & AsyncGenerator<Uint8Array> {
  for await (const piece of body instanceof Uint8Array ? bodyOf(body, MIB) : (body as ByteStream)) {
    await turn();
    yield Uint8Array.from(piece);
  }
}

describe("uploads that come at once, and hand on the memory of their parts", () => {
  it("keep their own bytes", async () => {
    const { registry } = doorOfTwoParts();
    const layers = [1, 2, 3, 4].map((number) => patterned(2 * PART + number * MIB, number));
    await Promise.all(layers.map((layer) => pushBlob(registry, repo("a/b"), layer)));
    for (const layer of layers) {
      expect(sameBytes(await pullBlob(registry, repo("a/b"), sha256(layer)), layer)).toBe(true);
    }
  });
});

describe("a PATCH of a length that its client has said, gathered part by part", () => {
  const bytes = patterned(3 * PART, "announced");

  it.each([
    { where: "a little behind a part", at: PART + 3 },
    { where: "right behind a part", at: PART },
    { where: "in the middle of a part", at: PART + minPart + 1 },
    { where: "just before a part is one", at: minPart + 1 },
  ])("keeps all that came when it breaks off $where", async ({ at }) => {
    const { registry } = doorOfTwoParts();
    const { id, secret } = await registry.beginUpload({ caller, repo: repo("a/b") });
    const upload = { caller, repo: repo("a/b"), id, secret };
    const chunk = { body: brokenBody(bytes.subarray(0, at), gone), length: bytes.length };
    await expect(registry.appendUpload({ ...upload, chunk })).rejects.toBe(gone);
    expect(await registry.statUpload(upload)).toMatchObject({ offset: at });
  });

  it("gives its memory back, however often it breaks off", async () => {
    const { registry, memory } = doorOfTwoParts();
    const { id, secret } = await registry.beginUpload({ caller, repo: repo("a/b") });
    const upload = { caller, repo: repo("a/b"), id, secret };
    for (let at = PART + 1; at < PART + 6; at += 1) {
      const chunk = { body: brokenBody(bytes.subarray(0, at), gone), length: bytes.length };
      await expect(registry.appendUpload({ ...upload, chunk })).rejects.toBe(gone);
    }
    expect((await memory.take(TWO_PARTS)).bytes).toHaveLength(TWO_PARTS);
  });
});

describe("a part that is too large for the memory", () => {
  const large = 200 * MIB;
  const memory = createPartMemory(large);
  const chunk = new Uint8Array(MIB);
  /** Answers how many bytes go to S3. */
  const sent = async (megabytes: number): Promise<number> => {
    async function* body() {
      for (let at = 0; at < megabytes; at += 1) yield chunk;
    }
    const { Body, ContentLength } = await partBytes(body(), { kind: "exact", bytes: large }, memory);
    expect(ContentLength).toBe(large);
    let size = 0;
    for await (const { length } of Body as ByteStream) size += length;
    return size;
  };

  it("is sent as it comes, in the length that was said", async () => {
    expect(await sent(200)).toBe(large);
  });

  it("says so while it is sent, so that its request ends and not the process", async () => {
    const { Body, failing } = await partBytes(
      brokenBody(chunk, gone),
      { kind: "exact", bytes: large },
      memory,
    );
    const failed = once(failing as EventTarget, "abort");
    (Body as Readable).pipe(new PassThrough().resume());
    await failed;
    expect(failing?.reason).toBe(gone);
  });

  it.each([199, 201])(
    "fails where it has another: no request may go on in the next one's bytes (%i MiB)",
    async (megabytes) => {
      await expect(sent(megabytes)).rejects.toMatchObject({ name: "BlobStoreUnavailableError" });
    },
  );
});
