import { describe, expect, it } from "vitest";
import { BLOB_LIMITS } from "../../shared/ports/blobs.ts";
import type { Table } from "../../shared/ports/table.ts";
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
