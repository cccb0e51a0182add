import { describe, expect, it } from "vitest";
import { BLOB_LIMITS } from "../../shared/ports/blobs.ts";
import type { Table, TransactResult } from "../../shared/ports/table.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { bodyOf, brokenBody, patterned, sameBytes } from "../support/bodies.ts";
import { caller, createDomain, pullBlob, repo, sha256 } from "../support/domain.ts";

const name = repo("a/b");
const gone = new Error("the client went away");
const nothing = { body: bodyOf(new Uint8Array()), length: 0 };
const { minPart } = BLOB_LIMITS;

/** Writes the first transaction, and then, after `meddle`, says that nobody knows. */
function losingAnswer(table: Table, meddle: () => Promise<unknown>): Table {
  let waiting = true;
  return {
    ...table,
    transact: async (operations): Promise<TransactResult> => {
      const result = await table.transact(operations);
      if (!waiting) return result;
      waiting = false;
      await meddle();
      return { outcome: "unknown" };
    },
  };
}

async function begunUpload() {
  const domain = createDomain();
  const { id, secret } = await domain.registry.beginUpload({ caller, repo: name });
  return { domain, upload: { caller, repo: name, id, secret } };
}

describe("a PATCH that learns late that the table has recorded what it brought", () => {
  it("leaves the blob that was made of it meanwhile: its bytes are live", async () => {
    const { domain, upload } = await begunUpload();
    const bytes = patterned(1000, "live");
    const digest = sha256(bytes);
    const table = losingAnswer(domain.table, async () => {
      expect(await domain.registry.statUpload(upload)).toMatchObject({ offset: 1000 });
      await domain.registry.commitUpload({ ...upload, digest, chunk: nothing });
    });
    const broken = { body: brokenBody(bytes, gone) };
    await expect(
      createRegistry({ ...domain, table }).appendUpload({ ...upload, chunk: broken }),
    ).rejects.toBe(gone);
    expect(sameBytes(await pullBlob(domain.registry, name, digest), bytes)).toBe(true);
  });

  it("leaves what its client has gone on behind", async () => {
    const { domain, upload } = await begunUpload();
    const bytes = patterned(minPart + 1000, "gone on");
    const digest = sha256(bytes);
    const first = minPart;
    await domain.registry.appendUpload({ ...upload, chunk: { body: bodyOf(bytes.subarray(0, first)) } });
    /** joins nothing: the process ends before */
    const blobs = { ...domain.blobs, completeMultipart: () => Promise.reject(gone) };
    const table = losingAnswer(domain.table, async () => {
      const put = createRegistry({ ...domain, blobs }).commitUpload({ ...upload, digest, chunk: nothing });
      await expect(put).rejects.toBe(gone);
    });
    const chunk = { body: bodyOf(bytes.subarray(first)) };
    const patch = createRegistry({ ...domain, table }).appendUpload({ ...upload, chunk });
    await expect(patch).rejects.toMatchObject({ reason: "RANGE_INVALID" });
    await domain.registry.commitUpload({ ...upload, digest, chunk: nothing });
    expect(sameBytes(await pullBlob(domain.registry, name, digest), bytes)).toBe(true);
  });

  it("takes away what nobody has gone on behind, when another was faster", async () => {
    const { domain, upload } = await begunUpload();
    const winner = patterned(500, "winner");
    async function* beaten() {
      yield new Uint8Array(10);
      await domain.registry.appendUpload({ ...upload, chunk: { body: bodyOf(winner) } });
    }
    const loser = domain.registry.appendUpload({ ...upload, chunk: { body: beaten() } });
    await expect(loser).rejects.toMatchObject({ reason: "RANGE_INVALID" });
    expect((await domain.blobs.list("")).entries).toHaveLength(1);
  });
});
