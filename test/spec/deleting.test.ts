import { describe, expect, it } from "vitest";
import { registry } from "../support/registry.ts";
import {
  bytesOf,
  catalogOf,
  pull,
  pushBlob,
  pushImage,
  pushManifest,
  putManifest,
  refusalIn,
  statusOf,
  tagsOf,
} from "./support/client.ts";
import { ABSENT, content, descriptor, image, index, OCI_INDEX } from "./support/content.ts";

const berth = registry();
const remove = (path: string) => statusOf(berth, path, "DELETE");

describe("spec § Deleting tags", () => {
  const repo = "delete/tags";
  it("MUST answer 202; the tag is gone, the manifest and its other tags stay", async () => {
    const { manifest } = await pushImage(berth, repo, "tags", "doomed");
    await pushManifest(berth, repo, manifest, "kept");
    expect(await remove(`/v2/${repo}/manifests/doomed`)).toBe(202);
    expect(await statusOf(berth, `/v2/${repo}/manifests/doomed`)).toBe(404);
    expect(await statusOf(berth, `/v2/${repo}/manifests/kept`)).toBe(200);
    expect(await statusOf(berth, `/v2/${repo}/manifests/${manifest.digest}`)).toBe(200);
    expect(await tagsOf(berth, repo)).toEqual(["kept"]);
  });

  it("answers 404 to the second delete, and the tag can be pushed again", async () => {
    const { manifest } = await pushImage(berth, repo, "again", "again");
    expect(await remove(`/v2/${repo}/manifests/again`)).toBe(202);
    expect(await remove(`/v2/${repo}/manifests/again`)).toBe(404);
    await pushManifest(berth, repo, manifest, "again");
    expect(await statusOf(berth, `/v2/${repo}/manifests/again`)).toBe(200);
  });
});

describe("spec § Deleting Manifests", () => {
  const repo = "delete/manifests";
  it("MUST answer 202; the digest and every tag that named it are 404", async () => {
    const { manifest } = await pushImage(berth, repo, "one", "first");
    const { manifest: other } = await pushImage(berth, repo, "two", "other");
    const tags = Array.from({ length: 60 }, (_, at) => `tag-${at}`);
    for (const tag of tags) await pushManifest(berth, repo, manifest, tag);
    expect(await remove(`/v2/${repo}/manifests/${manifest.digest}`)).toBe(202);
    for (const reference of [manifest.digest, "first", "tag-0", "tag-59"]) {
      expect(await statusOf(berth, `/v2/${repo}/manifests/${reference}`)).toBe(404);
    }
    expect(await tagsOf(berth, repo)).toEqual(["other"]);
    expect(await statusOf(berth, `/v2/${repo}/manifests/${other.digest}`)).toBe(200);
  });

  it("leaves a tag alone that has moved on to another manifest", async () => {
    const { manifest: before } = await pushImage(berth, repo, "before", "moved");
    const { manifest: after } = await pushImage(berth, repo, "after", "moved");
    expect(await remove(`/v2/${repo}/manifests/${before.digest}`)).toBe(202);
    expect(await bytesOf(await berth.fetch(`/v2/${repo}/manifests/moved`))).toEqual(after.bytes);
  });

  it.each([
    `/v2/${repo}/manifests/${ABSENT}`,
    `/v2/${repo}/manifests/none`,
    `/v2/delete/never/manifests/${ABSENT}`,
  ])("MUST answer 404 where there is none: %s", async (path) => {
    const response = await berth.fetch(path, { method: "DELETE" });
    expect(await refusalIn(response)).toEqual([404, "MANIFEST_UNKNOWN"]);
  });

  it("does what it says, also to what others refer to: a child of an index, a subject", async () => {
    const { manifest: child } = await pushImage(berth, repo, "child");
    const parent = index([child]);
    const config = content("{}");
    await pushBlob(berth, repo, config);
    const referrer = image({ config, fields: { subject: descriptor(child.mediaType, child) } });
    await pushManifest(berth, repo, parent, "parent");
    await pushManifest(berth, repo, referrer);
    expect(await remove(`/v2/${repo}/manifests/${child.digest}`)).toBe(202);
    expect(await statusOf(berth, `/v2/${repo}/manifests/${child.digest}`)).toBe(404);
    const response = await berth.fetch(`/v2/${repo}/manifests/parent`);
    expect([response.status, response.headers.get("Content-Type")]).toEqual([200, OCI_INDEX]);
    expect(await statusOf(berth, `/v2/${repo}/manifests/${referrer.digest}`)).toBe(200);
  });

  it("keeps the blobs, and the same manifest can be pushed again", async () => {
    const { manifest, layer } = await pushImage(berth, repo, "reborn", "reborn");
    await remove(`/v2/${repo}/manifests/${manifest.digest}`);
    expect(await statusOf(berth, `/v2/${repo}/blobs/${layer.digest}`)).toBe(200);
    await pushManifest(berth, repo, manifest, "reborn");
    expect(await bytesOf(await berth.fetch(`/v2/${repo}/manifests/reborn`))).toEqual(manifest.bytes);
  });

  it("takes the manifest out of one repository only", async () => {
    const { manifest } = await pushImage(berth, "delete/here", "both", "tag");
    await pushImage(berth, "delete/there", "both", "tag");
    expect(await remove(`/v2/delete/here/manifests/${manifest.digest}`)).toBe(202);
    expect(await statusOf(berth, "/v2/delete/there/manifests/tag")).toBe(200);
  });

  it("leaves a repository whose last manifest is gone in the catalog, with an empty tag list", async () => {
    const { manifest } = await pushImage(berth, "delete/last", "last", "tag");
    await remove(`/v2/delete/last/manifests/${manifest.digest}`);
    expect(await tagsOf(berth, "delete/last")).toEqual([]);
    expect(await catalogOf(berth)).toContain("delete/last");
  });
});

describe("spec § Deleting Blobs", () => {
  const repo = "delete/blobs";
  it("MUST answer 202; the blob is 404 here and stays elsewhere", async () => {
    const blob = content("in two places");
    await pushBlob(berth, repo, blob);
    await pushBlob(berth, "delete/elsewhere", blob);
    expect(await remove(`/v2/${repo}/blobs/${blob.digest}`)).toBe(202);
    expect(await statusOf(berth, `/v2/${repo}/blobs/${blob.digest}`)).toBe(404);
    expect(await statusOf(berth, `/v2/${repo}/blobs/${blob.digest}`, "HEAD")).toBe(404);
    expect(await bytesOf(await pull(berth, `/v2/delete/elsewhere/blobs/${blob.digest}`))).toEqual(blob.bytes);
  });

  it("MUST answer 404 where there is none, also the second time", async () => {
    const blob = content("deleted twice");
    await pushBlob(berth, repo, blob);
    expect(await remove(`/v2/${repo}/blobs/${blob.digest}`)).toBe(202);
    for (const path of [`/v2/${repo}/blobs/${blob.digest}`, `/v2/delete/never/blobs/${ABSENT}`]) {
      expect(await refusalIn(await berth.fetch(path, { method: "DELETE" }))).toEqual([404, "BLOB_UNKNOWN"]);
    }
  });

  it("does what it says, also to a layer of a manifest; that manifest can't be pushed again before its layer", async () => {
    const { manifest, layer } = await pushImage(berth, repo, "torn", "torn");
    expect(await remove(`/v2/${repo}/blobs/${layer.digest}`)).toBe(202);
    expect(await statusOf(berth, `/v2/${repo}/manifests/torn`)).toBe(200);
    const again = await putManifest(berth, `/v2/${repo}/manifests/new`, manifest);
    expect(await refusalIn(again)).toEqual([404, "MANIFEST_BLOB_UNKNOWN"]);
    await pushBlob(berth, repo, layer);
    await pushManifest(berth, repo, manifest, "new");
    expect(await bytesOf(await pull(berth, `/v2/${repo}/blobs/${layer.digest}`))).toEqual(layer.bytes);
  });
});
