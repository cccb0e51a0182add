import { describe, expect, it } from "vitest";
import type { OciError } from "../../shared/oci/errors.ts";
import { BLOB_LIMITS, BlobRuleError, type Blobs, type ByteStream } from "../../shared/ports/blobs.ts";
import type { Table } from "../../shared/ports/table.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { bodyOf, patterned, sameBytes } from "../support/bodies.ts";
import { caller, createDomain, pullBlob, repo, sha256 } from "../support/domain.ts";

const name = repo("a/b");
const { minPart } = BLOB_LIMITS;
const bytes = patterned(2 * minPart + 5, "raced");
const digest = sha256(bytes.subarray(0, minPart + 5));

/** An upload with one chunk durable, and a PATCH of more bytes that is in the middle of its body. */
async function uploadWithRunningPatch() {
  const domain = createDomain();
  const { registry } = domain;
  const { id, secret } = await registry.beginUpload({ caller, repo: name });
  const upload = { caller, repo: name, id, secret };
  const first = bytes.subarray(0, minPart + 5);
  await registry.appendUpload({ ...upload, chunk: { body: bodyOf(first) } });
  const [goOn, begun] = [gate(), gate()];
  async function* slow() {
    yield bytes.subarray(minPart + 5, minPart + 6);
    begun.resolve();
    await goOn.promise;
    yield bytes.subarray(minPart + 6);
  }
  const patch = registry.appendUpload({ ...upload, chunk: { body: slow() } });
  const outcome = patch.then(
    ({ offset }) => ({ offset }),
    (cause: { reason: string }) => ({ reason: cause.reason }),
  );
  await begun.promise;
  const finishPatch = () => {
    goOn.resolve();
    return outcome;
  };
  return { domain, upload, outcome, finishPatch };
}

/** Runs `meddle` right before the parts are joined. */
const beforeJoining = (blobs: Blobs, meddle: () => Promise<unknown>): Blobs => ({
  ...blobs,
  completeMultipart: async (multipart, parts) => {
    await meddle();
    return blobs.completeMultipart(multipart, parts);
  },
});

/** Runs `meddle` right before a blob becomes visible. */
const beforeLinking = (table: Table, meddle: () => Promise<unknown>): Table => ({
  ...table,
  transact: async (operations) => {
    if (operations.some(({ key }) => key.sk === "OBJECT")) await meddle();
    return table.transact(operations);
  },
});

const gate = () => Promise.withResolvers<void>();

const nothing = { chunk: { body: bodyOf(new Uint8Array()) } };

describe("a PATCH that races with the closing PUT of its upload", () => {
  it("is never acknowledged once the parts are about to be joined", async () => {
    const { domain, upload, outcome, finishPatch } = await uploadWithRunningPatch();
    const blobs = beforeJoining(domain.blobs, finishPatch);
    const put = createRegistry({ ...domain, blobs }).commitUpload({ ...upload, digest, ...nothing });
    expect(await put).toEqual({ digest, size: minPart + 5 });
    expect(await outcome).toEqual({ reason: "RANGE_INVALID" });
    const pulled = await pullBlob(domain.registry, name, digest);
    expect(sameBytes(pulled, bytes.subarray(0, minPart + 5))).toBe(true);
  });

  it("keeps its bytes where it was faster, and a later PUT commits them", async () => {
    const { domain, upload, finishPatch } = await uploadWithRunningPatch();
    const { registry } = domain;
    async function* afterPatch() {
      await finishPatch();
      yield new Uint8Array();
    }
    const put = registry.commitUpload({ ...upload, digest, chunk: { body: afterPatch() } });
    await expect(put).rejects.toMatchObject({ reason: "RANGE_INVALID" });
    expect(await registry.statUpload(upload)).toMatchObject({ offset: bytes.length });
    const whole = sha256(bytes);
    await registry.commitUpload({ ...upload, digest: whole, ...nothing });
    expect(sameBytes(await pullBlob(registry, name, whole), bytes)).toBe(true);
  });

  it("finds the upload unknown once a commit has begun to join, and the PUT can be repeated", async () => {
    const { domain, upload, finishPatch } = await uploadWithRunningPatch();
    const { registry } = domain;
    await finishPatch();
    const blobs = beforeJoining(domain.blobs, () => Promise.reject(new Error("the process ends here")));
    const whole = sha256(bytes);
    const cut = createRegistry({ ...domain, blobs }).commitUpload({ ...upload, digest: whole, ...nothing });
    await expect(cut).rejects.toThrow("the process ends here");
    const more = registry.appendUpload({ ...upload, chunk: { body: bodyOf(bytes) } });
    await expect(more).rejects.toMatchObject({ reason: "BLOB_UPLOAD_UNKNOWN" });
    await registry.commitUpload({ ...upload, digest: whole, ...nothing });
    expect(sameBytes(await pullBlob(registry, name, whole), bytes)).toBe(true);
  });
});

describe("two closing PUTs that join the parts, before a store that answers a repeated completion as the first", () => {
  /** Many servers do, whichever parts are listed. */
  const forgiving = (blobs: Blobs): Blobs => ({
    ...blobs,
    completeMultipart: async (multipart, parts) => {
      const result = await blobs.completeMultipart(multipart, parts);
      const isThere = (await blobs.head(multipart.key)) !== undefined;
      return isThere ? { outcome: "completed" } : result;
    },
  });

  it("never give the bytes of one the digest of the other", async () => {
    const domain = createDomain();
    const { id, secret } = await domain.registry.beginUpload({ caller, repo: name });
    const [ours, theirs] = [patterned(minPart + 5, "ours"), patterned(minPart + 5, "theirs")];
    const [closed, joined, ended] = [gate(), gate(), gate()];
    const put = (layer: Uint8Array, body: ByteStream, over: Partial<typeof domain>) =>
      createRegistry({ ...domain, ...over })
        .commitUpload({ caller, repo: name, id, secret, digest: sha256(layer), chunk: { body } })
        .then(() => "created")
        .catch((cause: OciError) => cause.reason);
    async function* afterClosing() {
      yield* bodyOf(theirs);
      await closed.promise;
    }
    const table = beforeLinking(domain.table, () => {
      joined.resolve();
      return ended.promise;
    });
    const theirPut = put(theirs, afterClosing(), { blobs: forgiving(domain.blobs), table });
    const blobs = beforeJoining(forgiving(domain.blobs), () => {
      closed.resolve();
      return joined.promise;
    });
    expect(await put(ours, bodyOf(ours), { blobs })).toBe("DIGEST_INVALID");
    ended.resolve();
    expect(await theirPut).toBe("created");
    expect(sameBytes(await pullBlob(domain.registry, name, sha256(theirs)), theirs)).toBe(true);
  });
});

describe("two closing PUTs of the same bytes, before a store that knows neither upload nor object while it joins", () => {
  const layer = patterned(minPart + 5, "overlapping");
  const wanted = { caller, repo: name, digest: sha256(layer) };

  type Join = Blobs["completeMultipart"];

  /** Joins only once somebody has looked for the object in vain so often; another who would join is answered `again`. */
  function slowJoin(blobs: Blobs, looks: number, again: Join) {
    const [begun, goOn] = [gate(), gate()];
    let vain = 0;
    const isJoining = () => vain < looks;
    let isBegun = false;
    const slow: Blobs = {
      ...blobs,
      uploadPart: async (...part) => (isBegun ? { outcome: "gone" } : blobs.uploadPart(...part)),
      completeMultipart: async (multipart, parts) => {
        if (isBegun) return again(multipart, parts);
        isBegun = true;
        begun.resolve();
        await goOn.promise;
        return blobs.completeMultipart(multipart, parts);
      },
      head: async (key) => {
        if (!isJoining()) return blobs.head(key);
        vain += 1;
        if (!isJoining()) goOn.resolve();
        return undefined;
      },
    };
    return { slow, begun: begun.promise };
  }

  const gone: Join = () => Promise.resolve({ outcome: "gone" });
  /** versitygw */
  const confused: Join = () => Promise.reject(new BlobRuleError("InvalidPart"));

  it.each([
    { way: "behind their PATCH", again: gone, patched: layer, put: layer.subarray(0, 0) },
    { way: "that bring them", again: gone, patched: layer.subarray(0, 0), put: layer },
    {
      way: "that bring the rest of them",
      again: gone,
      patched: layer.subarray(0, 10),
      put: layer.subarray(10),
    },
    { way: "where it misses parts instead", again: confused, patched: layer, put: layer.subarray(0, 0) },
  ])("create the blob, both of them $way", async ({ again, patched, put }) => {
    const domain = createDomain();
    const { slow, begun } = slowJoin(domain.blobs, 5, again);
    const registry = createRegistry({ ...domain, blobs: slow });
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    if (patched.length > 0) {
      await registry.appendUpload({ caller, repo: name, id, secret, chunk: { body: bodyOf(patched) } });
    }
    const close = () => registry.commitUpload({ ...wanted, id, secret, chunk: { body: bodyOf(put) } });
    const first = close();
    await begun;
    const created = { digest: wanted.digest, size: layer.length };
    expect(await Promise.all([first, close()])).toEqual([created, created]);
    expect(sameBytes(await pullBlob(domain.registry, name, wanted.digest), layer)).toBe(true);
  });
});
