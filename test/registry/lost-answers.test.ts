import { describe, expect, it } from "vitest";
import { OCI_MANIFEST } from "../../shared/oci/media-types.ts";
import { BlobStoreUnavailableError } from "../../shared/ports/blobs.ts";
import type { Table, TransactResult } from "../../shared/ports/table.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { ITEM_BYTES } from "../../shared/registry/manifest-items.ts";
import {
  byDigest,
  byTag,
  caller,
  createDomain,
  imageManifest,
  pushBlob,
  repo,
  sha256,
  tag,
} from "../support/domain.ts";

const name = repo("team/app");
const config = new TextEncoder().encode("{}");
const huge = imageManifest({ config, annotations: { padding: "x".repeat(ITEM_BYTES) } });
const digest = sha256(huge);
const pushOfHuge = {
  caller,
  repo: name,
  reference: byTag("huge"),
  tags: [],
  mediaType: OCI_MANIFEST,
  bytes: huge,
};

/** Writes the first transaction on a MANIFEST#, and then, after `meddle`, says that nobody knows. */
function losingAnswer(table: Table, meddle: () => Promise<unknown>): Table {
  let waiting = true;
  return {
    ...table,
    transact: async (operations): Promise<TransactResult> => {
      const result = await table.transact(operations);
      if (!waiting || !operations.some(({ key }) => key.sk.startsWith("MANIFEST#"))) return result;
      waiting = false;
      await meddle();
      return { outcome: "unknown" };
    },
  };
}

describe("a huge manifest whose push lost the answer of the table", () => {
  it("has its bytes, also when it was deleted before the push tried again", async () => {
    const domain = createDomain();
    await pushBlob(domain.registry, name, config);
    const table = losingAnswer(domain.table, () =>
      domain.registry.deleteManifest({ caller, repo: name, digest }),
    );
    await createRegistry({ ...domain, table }).putManifest(pushOfHuge);
    const { bytes } = await domain.registry.getManifest({ caller, repo: name, reference: byDigest(digest) });
    expect(Buffer.compare(bytes, huge)).toBe(0);
  });

  it("has its bytes, also when a blob of it was deleted before the push tried again", async () => {
    const domain = createDomain();
    const blob = await pushBlob(domain.registry, name, config);
    const table = losingAnswer(domain.table, () =>
      domain.registry.deleteBlob({ caller, repo: name, digest: blob }),
    );
    const push = createRegistry({ ...domain, table }).putManifest(pushOfHuge);
    await expect(push).rejects.toMatchObject({ reason: "MANIFEST_BLOB_UNKNOWN" });
    const { bytes } = await domain.registry.getManifest({ caller, repo: name, reference: byTag("huge") });
    expect(Buffer.compare(bytes, huge)).toBe(0);
  });

  it("leaves one object, and nothing after its deletion", async () => {
    const domain = createDomain();
    await pushBlob(domain.registry, name, config);
    const table = losingAnswer(domain.table, async () => {});
    await createRegistry({ ...domain, table }).putManifest(pushOfHuge);
    expect((await domain.blobs.list("manifests/")).entries).toHaveLength(1);
    await domain.registry.deleteManifest({ caller, repo: name, digest });
    expect((await domain.blobs.list("manifests/")).entries).toEqual([]);
  });
});

describe("a huge manifest whose deletion was cut short once the table had committed", () => {
  it("leaves an object that the sweep finds, however old it is", async () => {
    const domain = createDomain();
    await pushBlob(domain.registry, name, config);
    await domain.registry.putManifest(pushOfHuge);
    domain.time.now += 400 * 24 * 60 * 60 * 1000;
    const blobs = {
      ...domain.blobs,
      remove: () => Promise.reject(new BlobStoreUnavailableError("the disk fails")),
    };
    await createRegistry({ ...domain, blobs }).deleteManifest({ caller, repo: name, digest });
    await expect(
      domain.registry.getManifest({ caller, repo: name, reference: byDigest(digest) }),
    ).rejects.toMatchObject({ reason: "MANIFEST_UNKNOWN" });
    expect((await domain.blobs.list("manifests/")).entries).toHaveLength(1);
    expect(await domain.sweep()).toMatchObject({ objects: 1 });
    expect((await domain.blobs.list("manifests/")).entries).toEqual([]);
    expect(await domain.sweep()).toMatchObject({ objects: 0 });
  });
});

describe("a delete whose answer the table lost", () => {
  it("succeeds: what was there is gone", async () => {
    const domain = createDomain();
    const blob = await pushBlob(domain.registry, name, config);
    await domain.registry.putManifest({ ...pushOfHuge, bytes: imageManifest({ config }) });
    let lost = 0;
    const table: Table = {
      ...domain.table,
      transact: async (operations): Promise<TransactResult> => {
        await domain.table.transact(operations);
        lost += 1;
        return { outcome: "unknown" };
      },
    };
    const { deleteBlob, deleteTag } = createRegistry({ ...domain, table });
    await deleteTag({ caller, repo: name, tag: tag("huge") });
    await deleteBlob({ caller, repo: name, digest: blob });
    expect(lost).toBe(2);
    const again = domain.registry.deleteBlob({ caller, repo: name, digest: blob });
    await expect(again).rejects.toMatchObject({ reason: "BLOB_UNKNOWN" });
  });
});
