import { describe, expect, it } from "vitest";
import { BLOB_LIMITS } from "../../shared/ports/blobs.ts";
import type { Table } from "../../shared/ports/table.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { sweep } from "../../shared/registry/sweep.ts";
import { bodyOf, patterned, sameBytes } from "../support/bodies.ts";
import { caller, createDomain, pullBlob, repo, sha256 } from "../support/domain.ts";

const name = repo("a/b");
const IDLE = 60_000;
const bytes = patterned(BLOB_LIMITS.minPart + 20, "revived");

/** An upload whose time is over while a PATCH that came in time still brings its body, byte 10 up to a first stop and on. */
async function uploadRevivedLate() {
  const domain = createDomain({ uploadIdle: IDLE });
  const { registry, time } = domain;
  const { id, secret } = await registry.beginUpload({ caller, repo: name });
  const upload = { caller, repo: name, id, secret };
  await registry.appendUpload({ ...upload, chunk: { body: bodyOf(bytes.subarray(0, 10)) } });
  const [begun, goOn, wasTaken, end] = [gate(), gate(), gate(), gate()];
  async function* slow() {
    yield bytes.subarray(10, 11);
    begun.resolve();
    await goOn.promise;
    yield bytes.subarray(11, -1);
    wasTaken.resolve();
    await end.promise;
    yield bytes.subarray(-1);
  }
  const patch = registry.appendUpload({ ...upload, chunk: { body: slow() } });
  await begun.promise;
  time.now += IDLE + 1;
  return { domain, upload, patch, goOn, wasTaken, end };
}

const gate = () => Promise.withResolvers<void>();

/** An upload of numbered parts, of which one has brought its first byte: `goOn` brings the next, `end` the last. */
async function partUnderWay() {
  const domain = createDomain({ uploadIdle: IDLE });
  const { registry } = domain;
  const { id, secret } = await registry.beginUpload({ caller, repo: name });
  const upload = { caller, repo: name, id, secret };
  const [begun, goOn, wasTaken, end] = [gate(), gate(), gate(), gate()];
  async function* slow() {
    yield bytes.subarray(0, 1);
    begun.resolve();
    await goOn.promise;
    yield bytes.subarray(1, -1);
    wasTaken.resolve();
    await end.promise;
    yield bytes.subarray(-1);
  }
  const part = registry.putPart({ ...upload, number: 1, chunk: { body: slow(), length: bytes.length } });
  await begun.promise;
  const commit = async () => {
    const digest = sha256(bytes);
    const chunk = { body: bodyOf(new Uint8Array()), length: 0 };
    await registry.commitUpload({ ...upload, digest, chunk, parts: 1 });
    return pullBlob(registry, name, digest);
  };
  return { domain, upload, part, goOn, wasTaken, end, commit };
}

/** Runs `meddle` right after the sweep has ended an upload, and before it takes away its bytes. */
const afterEnding = (table: Table, meddle: () => Promise<unknown>): Table => ({
  ...table,
  write: async (write) => {
    const answer = await table.write(write);
    if (write.op === "update" && write.set?.["state"] === "abandoned") await meddle();
    return answer;
  },
});

/** Runs `meddle` once, right after the sweep has read the uploads. */
function afterReading(table: Table, meddle: () => Promise<unknown>): Table {
  let meddled = false;
  return {
    ...table,
    getMany: async (keys) => {
      const answer = await table.getMany(keys);
      if (!meddled && keys.some(({ sk }) => sk === "SESSION")) {
        meddled = true;
        await meddle();
      }
      return answer;
    },
  };
}

describe("an upload that goes on while the sweep ends it for idleness", () => {
  it("keeps a chunk that was acknowledged meanwhile", async () => {
    const { domain, upload, patch, goOn, end } = await uploadRevivedLate();
    end.resolve();
    const table = afterReading(domain.table, () => {
      goOn.resolve();
      return patch;
    });
    await sweep({ ...domain, table });
    expect(await patch).toMatchObject({ offset: bytes.length });
    const digest = sha256(bytes);
    await domain.registry.commitUpload({ ...upload, digest, chunk: { body: bodyOf(new Uint8Array()) } });
    expect(sameBytes(await pullBlob(domain.registry, name, digest), bytes)).toBe(true);
  });

  it("goes on where the body has brought no more than a part meanwhile", async () => {
    const { domain, upload, patch, goOn, wasTaken, end } = await uploadRevivedLate();
    const table = afterReading(domain.table, () => {
      goOn.resolve();
      return wasTaken.promise;
    });
    await sweep({ ...domain, table });
    end.resolve();
    expect(await patch).toMatchObject({ offset: bytes.length });
    expect(await domain.registry.statUpload(upload)).toMatchObject({ offset: bytes.length });
  });

  it("ends where nothing came", async () => {
    const { domain, upload, patch, goOn, end } = await uploadRevivedLate();
    expect(await domain.sweep()).toMatchObject({ objects: 1 });
    end.resolve();
    goOn.resolve();
    await expect(patch).rejects.toThrow("upload unknown");
    await expect(domain.registry.statUpload(upload)).rejects.toThrow("upload unknown");
  });
});

describe("a numbered part that comes while the sweep looks for idle uploads", () => {
  it("keeps its upload alive, however long it takes, while something comes of it", async () => {
    const { domain, part, goOn, wasTaken, end, commit } = await partUnderWay();
    domain.time.now += 0.7 * IDLE;
    goOn.resolve();
    await wasTaken.promise;
    domain.time.now += 0.7 * IDLE;
    await domain.sweep();
    end.resolve();
    expect(await part).toEqual({ size: bytes.length });
    domain.time.now += 0.4 * IDLE;
    await domain.sweep();
    expect(sameBytes(await commit(), bytes)).toBe(true);
  });

  it("is kept where it goes on after the sweep has read its upload as one whose time is over", async () => {
    const { domain, part, goOn, end, commit } = await partUnderWay();
    domain.time.now += IDLE + 1;
    end.resolve();
    const table = afterReading(domain.table, () => {
      goOn.resolve();
      return part;
    });
    await sweep({ ...domain, table });
    expect(await part).toEqual({ size: bytes.length });
    expect(sameBytes(await commit(), bytes)).toBe(true);
  });

  it("is not told to be there where the sweep has ended its upload meanwhile", async () => {
    const { domain, upload, part, goOn, wasTaken, end } = await partUnderWay();
    goOn.resolve();
    await wasTaken.promise;
    domain.time.now += IDLE + 1;
    const told = part.then(
      () => "told",
      (cause: unknown) => String(cause),
    );
    const table = afterEnding(domain.table, () => {
      end.resolve();
      return told;
    });
    expect(await sweep({ ...domain, table })).toMatchObject({ multiparts: 1 });
    expect(await told).toContain("upload unknown");
    await expect(domain.registry.statUpload(upload)).rejects.toThrow("upload unknown");
  });

  it("is not told to be there where its client has cancelled the upload meanwhile", async () => {
    const { domain, upload, part, goOn, end } = await partUnderWay();
    goOn.resolve();
    const cancelled = afterEnding(domain.table, async () => {
      end.resolve();
      await expect(part).rejects.toThrow("upload unknown");
    });
    await createRegistry({ ...domain, table: cancelled }).cancelUpload(upload);
    expect((await domain.blobs.listMultiparts("")).entries).toEqual([]);
  });
});
