import { describe, expect, it } from "vitest";
import { createReadOnlyRegistry } from "../../shared/registry/create-read-only-registry.ts";
import type { Registry, UploadId, UploadSecret } from "../../shared/registry/registry.ts";
import { bodyOf, sameBytes } from "../support/bodies.ts";
import {
  byTag,
  caller,
  createDomain,
  imageManifest,
  pullBlob,
  pushBlob,
  repo,
  sha256,
  tag,
} from "../support/domain.ts";

const name = repo("a/b");
const config = Buffer.from("{}");
const bytes = imageManifest({ config });
const mediaType = "application/vnd.oci.image.manifest.v1+json";
const push = { caller, repo: name, reference: byTag("1"), tags: [], mediaType, bytes };

/** A registry that only reads, on the stores of one that has a blob and a manifest. */
async function readOnly(): Promise<Registry> {
  const { registry, table, blobs } = createDomain();
  await pushBlob(registry, name, config);
  await registry.putManifest(push);
  const { get, getMany, query } = table;
  const { read, open } = blobs;
  return createReadOnlyRegistry({ table: { get, getMany, query }, blobs: { read, open } });
}

const digest = sha256(config);
const upload = { caller, repo: name, id: "0-0" as UploadId, secret: "" as UploadSecret };
const chunk = { body: bodyOf(config) };
const WRITES: readonly (readonly [string, (registry: Registry) => Promise<unknown>])[] = [
  ["putManifest", (registry) => registry.putManifest(push)],
  ["deleteManifest", (registry) => registry.deleteManifest({ caller, repo: name, digest: sha256(bytes) })],
  ["deleteTag", (registry) => registry.deleteTag({ caller, repo: name, tag: tag("1") })],
  ["deleteBlob", (registry) => registry.deleteBlob({ caller, repo: name, digest })],
  ["mountBlob", (registry) => registry.mountBlob({ caller, repo: repo("c"), digest })],
  ["beginUpload", (registry) => registry.beginUpload({ caller, repo: name })],
  ["appendUpload", (registry) => registry.appendUpload({ ...upload, chunk })],
  ["commitUpload", (registry) => registry.commitUpload({ ...upload, digest, chunk })],
  ["cancelUpload", (registry) => registry.cancelUpload(upload)],
];

describe("a registry that only reads", () => {
  it("serves manifests, blobs, tags, repositories and referrers", async () => {
    const registry = await readOnly();
    const manifest = await registry.getManifest({ caller, repo: name, reference: byTag("1") });
    expect(sameBytes(manifest.bytes, bytes)).toBe(true);
    expect(sameBytes(await pullBlob(registry, name, digest), config)).toBe(true);
    expect(await registry.listTags({ caller, repo: name, limit: 5 })).toEqual({ entries: ["1"] });
    expect(await registry.listRepos({ caller, limit: 5 })).toEqual({ entries: ["a/b"] });
    const referrers = { caller, repo: name, subject: sha256(bytes), limit: 5 };
    expect(await registry.listReferrers(referrers)).toEqual({ entries: [] });
  });

  it.each(WRITES)("refuses %s", async (_name, write) => {
    await expect(write(await readOnly())).rejects.toMatchObject({ reason: "UNSUPPORTED" });
  });
});
