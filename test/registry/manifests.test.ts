import { describe, expect, it } from "vitest";
import { OciError } from "../../shared/oci/errors.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../shared/oci/media-types.ts";
import type { Table } from "../../shared/ports/table.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import {
  byDigest,
  byTag,
  caller,
  createDomain,
  imageManifest,
  indexManifest,
  pushBlob,
  pushImage,
  repo,
  sha256,
  tag,
} from "../support/domain.ts";

const name = repo("team/app");
const config = new TextEncoder().encode("{}");
const moods = {
  conflict: 0.1,
  throttled: 0.02,
  "unknown-written": 0.05,
  "unknown-unwritten": 0.05,
  unprocessed: 0.2,
};

/** Runs `meddle` once, right before the first transaction that `isIt` picks: in the middle of an operation. */
function interrupt(
  table: Table,
  isIt: (sortKeys: string[]) => boolean,
  meddle: () => Promise<unknown>,
): Table {
  let waiting = true;
  return {
    ...table,
    transact: async (operations) => {
      if (waiting && isIt(operations.map(({ key }) => key.sk))) {
        waiting = false;
        await meddle();
      }
      return table.transact(operations);
    },
  };
}
const puts = (prefix: string) => (sortKeys: string[]) => sortKeys.some((sk) => sk.startsWith(prefix));

describe("a manifest", () => {
  it.each([10, 5000, 400_000, 3_900_000])("of about %i bytes comes back as it was pushed", async (size) => {
    const { registry, blobs } = createDomain({ rates: moods });
    await pushBlob(registry, name, config);
    const bytes = imageManifest({ config, annotations: { padding: "x".repeat(size) } });
    const pushed = { caller, repo: name, mediaType: OCI_MANIFEST, bytes };
    await registry.putManifest({ ...pushed, reference: byTag("a"), tags: [] });
    await registry.putManifest({ ...pushed, reference: byTag("b"), tags: [] });
    const digest = sha256(bytes);
    for (const reference of [byTag("a"), byTag("b"), byDigest(digest)]) {
      const manifest = await registry.getManifest({ caller, repo: name, reference });
      expect({ ...manifest, bytes: undefined }).toEqual({
        digest,
        mediaType: OCI_MANIFEST,
        size: bytes.length,
        bytes: undefined,
      });
      expect(Buffer.compare(manifest.bytes, bytes)).toBe(0);
    }
    await registry.deleteManifest({ caller, repo: name, digest });
    for (const reference of [byTag("a"), byTag("b"), byDigest(digest)]) {
      await expect(registry.getManifest({ caller, repo: name, reference })).rejects.toThrow(
        "manifest unknown",
      );
    }
    expect((await blobs.list("manifests/")).entries).toEqual([]);
  });

  it("is refused when a blob that it names was deleted while it was pushed", async () => {
    const domain = createDomain();
    const digest = await pushBlob(domain.registry, name, config);
    const table = interrupt(domain.table, puts("MANIFEST#"), () =>
      domain.registry.deleteBlob({ caller, repo: name, digest }),
    );
    const bytes = imageManifest({ config });
    const call = { caller, repo: name, reference: byTag("latest"), tags: [], mediaType: OCI_MANIFEST, bytes };
    const push = createRegistry({ ...domain, table }).putManifest(call);
    await expect(push).rejects.toMatchObject({ reason: "MANIFEST_BLOB_UNKNOWN" });
    await expect(
      domain.registry.getManifest({ caller, repo: name, reference: byTag("latest") }),
    ).rejects.toThrow(OciError);
  });

  it("revives a link that a collector has condemned", async () => {
    const { registry, table } = createDomain();
    const digest = await pushBlob(registry, name, config);
    const key = { pk: `REPO#${name}`, sk: `BLOB#${digest}` };
    await table.write({ op: "update", key, set: { condemned: "run-1" } });
    const bytes = imageManifest({ config });
    await registry.putManifest({
      caller,
      repo: name,
      reference: byTag("latest"),
      tags: [],
      mediaType: OCI_MANIFEST,
      bytes,
    });
    expect((await table.get(key, "strong"))?.attributes).not.toHaveProperty("condemned");
  });

  it("survives a delete that began before it was pushed again", async () => {
    const domain = createDomain();
    const digest = await pushImage(domain.registry, name, { text: "a", tags: ["old"] });
    const again = () => pushImage(domain.registry, name, { text: "a", tags: ["new"] });
    const table = interrupt(domain.table, puts("DELETING"), again);
    const rival = createRegistry({ ...domain, table: interrupt(table, puts("MANIFEST#"), again) });
    await rival.deleteManifest({ caller, repo: name, digest });
    // The push came in between, the delete saw it and started again: it names both tags then.
    await expect(
      domain.registry.getManifest({ caller, repo: name, reference: byTag("new") }),
    ).rejects.toThrow(OciError);
    await expect(domain.registry.listTags({ caller, repo: name, limit: 10 })).resolves.toEqual({
      entries: [],
    });
  });

  it("with thousands of tags is deleted with all of them, and a push in the middle waits for the end", async () => {
    const domain = createDomain({ rates: { conflict: 0.05 } });
    const { registry } = domain;
    const tags = Array.from({ length: 1000 }, (_, at) => `v${at}`);
    for (let at = 0; at < tags.length; at += 20) {
      await pushImage(registry, name, { text: "a", tags: tags.slice(at, at + 20) });
    }
    const digest = await pushImage(registry, name, { text: "a", tags: ["last"] });
    const other = await pushImage(registry, name, { text: "b", tags: ["v7"] });
    const again = () => pushImage(registry, name, { text: "a", tags: ["again"] });
    let seen = 0;
    const isThird = (sortKeys: string[]) => puts("TAG#")(sortKeys) && (seen += 1) === 3;
    const rival = createRegistry({ ...domain, table: interrupt(domain.table, isThird, again) });
    await rival.deleteManifest({ caller, repo: name, digest });
    const { entries } = await registry.listTags({ caller, repo: name, limit: 2000 });
    expect(entries).toEqual(["again", "v7"]);
    expect((await registry.getManifest({ caller, repo: name, reference: byTag("v7") })).digest).toBe(other);
  });

  it("whose deletion was cut short is gone by digest, and the sweep finishes it", async () => {
    const domain = createDomain();
    const { registry } = domain;
    const tags = Array.from({ length: 100 }, (_, at) => `v${at}`);
    for (let at = 0; at < tags.length; at += 20) {
      await pushImage(registry, name, { text: "a", tags: tags.slice(at, at + 20) });
    }
    const digest = await pushImage(registry, name, { text: "a" });
    let steps = 0;
    const dies = interrupt(
      domain.table,
      (sortKeys) => puts("TAG#")(sortKeys) && (steps += 1) === 3,
      () => Promise.reject(new Error("killed")),
    );
    await expect(
      createRegistry({ ...domain, table: dies }).deleteManifest({ caller, repo: name, digest }),
    ).rejects.toThrow("killed");
    await expect(registry.getManifest({ caller, repo: name, reference: byDigest(digest) })).rejects.toThrow(
      OciError,
    );
    expect(await domain.sweep()).toMatchObject({ manifests: 1 });
    expect(await registry.listTags({ caller, repo: name, limit: 10 })).toEqual({ entries: [] });
  });

  it("may be an index whose children are absent", async () => {
    const { registry } = createDomain();
    const bytes = indexManifest([imageManifest({ config })]);
    const call = { caller, repo: name, reference: byTag("index"), tags: [], mediaType: OCI_INDEX, bytes };
    await expect(registry.putManifest(call)).resolves.toMatchObject({ digest: sha256(bytes) });
  });
});

describe("a tag", () => {
  it("names exactly one whole manifest at any time, while many writers move it", async () => {
    const { registry, table } = createDomain({ rates: moods });
    await pushImage(registry, name, { text: "0", tags: ["latest"] });
    const state = { writing: true };
    const writers = Array.from({ length: 12 }, async (_, at) => {
      for (let round = 0; round < 5; round += 1) {
        await pushImage(registry, name, { text: `${at}-${round}`, tags: ["latest"] });
      }
    });
    const reader = (async () => {
      let reads = 0;
      while (state.writing) {
        const { digest, bytes } = await registry.getManifest({
          caller,
          repo: name,
          reference: byTag("latest"),
        });
        expect(sha256(bytes)).toBe(digest);
        reads += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
      return reads;
    })();
    await Promise.all(writers);
    state.writing = false;
    expect(await reader).toBeGreaterThan(3);
    const named = await table.query({
      pk: `REPO#${name}`,
      prefix: "TAGGED#",
      limit: 1000,
      consistency: "strong",
    });
    expect(named.items).toHaveLength(1);
  });

  it("keeps the history of its moves and its deletion", async () => {
    const domain = createDomain();
    const { registry, table, time } = domain;
    const first = await pushImage(registry, name, { text: "1", tags: ["latest"] });
    time.now += 1000;
    await pushImage(registry, name, { text: "1", tags: ["latest"] });
    time.now += 1000;
    const second = await pushImage(registry, name, { text: "2", tags: ["latest"] });
    time.now += 1000;
    await registry.deleteTag({ caller, repo: name, tag: tag("latest") });
    const history = await table.query({
      pk: `REPO#${name}`,
      prefix: "HISTORY#latest#",
      limit: 10,
      consistency: "strong",
    });
    expect(history.items.map(({ attributes }) => attributes)).toEqual([
      { digest: first, actor: "anonymous", action: "push" },
      { digest: second, actor: "anonymous", action: "push" },
      { digest: second, actor: "anonymous", action: "delete" },
    ]);
  });
});
