import { describe, expect, it } from "vitest";
import {
  beginUpload,
  bytesOf,
  patch,
  placeOf,
  pushBlob,
  pushImage,
  pushManifest,
  put,
  refusalIn,
  tagsOf,
  withDigest,
} from "../spec/support/client.ts";
import { ABSENT, content, descriptor, image, OCI_CONFIG } from "../spec/support/content.ts";
import { patterned } from "../support/bodies.ts";
import { deploy, redirecting } from "./support/deploy.ts";

describe("push and pull through events of payload format 2.0", () => {
  const deep = (depth: number) => Array.from({ length: depth }, (_, at) => `n${at + 1}`).join("/");

  it.each(Array.from({ length: 12 }, (_, at) => at + 1))("works at depth %i", async (depth) => {
    const berth = deploy();
    const repo = deep(depth);
    const { manifest, layer } = await pushImage(berth, repo, "one", "latest");
    for (const reference of ["latest", manifest.digest]) {
      const response = await berth.reader.fetch(`/v2/${repo}/manifests/${reference}`);
      expect(await bytesOf(response)).toEqual(manifest.bytes);
      expect(response.headers.get("Content-Length")).toBe(String(manifest.bytes.length));
    }
    expect(await bytesOf(await berth.reader.fetch(`/v2/${repo}/blobs/${layer.digest}`))).toEqual(layer.bytes);
    expect(await tagsOf(berth.reader, repo)).toEqual(["latest"]);
  });

  it("takes chunks, and bytes of every value", async () => {
    const berth = deploy();
    const blob = content(patterned(100_000, "chunks"));
    const location = await beginUpload(berth, "a/b");
    const [first, second] = [blob.bytes.subarray(0, 60_000), blob.bytes.subarray(60_000)];
    expect((await patch(berth, location, first, placeOf(0, first))).status).toBe(202);
    expect((await patch(berth, location, second, placeOf(60_000, second))).status).toBe(202);
    expect((await put(berth, withDigest(location, blob.digest))).status).toBe(201);
    expect(await bytesOf(await berth.fetch(`/v2/a/b/blobs/${blob.digest}`))).toEqual(blob.bytes);
  });

  it("takes a body that the gateway takes for text", async () => {
    const berth = deploy();
    const text = content("✓ some text\r\n");
    const location = withDigest(await beginUpload(berth, "a/b"), text.digest);
    expect((await put(berth, location, text.bytes, { "Content-Type": "text/plain" })).status).toBe(201);
  });

  it("sets each of several tags (end-7b)", async () => {
    const berth = deploy();
    const config = content("{}");
    await pushBlob(berth, "a/b", config);
    const manifest = image({ config });
    const response = await berth.fetch(`/v2/a/b/manifests/${manifest.digest}?tag=one&tag=two`, {
      method: "PUT",
      body: manifest.bytes,
      headers: { "Content-Type": manifest.mediaType },
    });
    expect([response.status, response.headers.get("OCI-Tag")]).toEqual([201, "one, two"]);
    expect(await tagsOf(berth, "a/b")).toEqual(["one", "two"]);
  });

  it("answers errors in the contract's form", async () => {
    const berth = deploy();
    expect(await refusalIn(await berth.fetch(`/v2/a/b/blobs/${ABSENT}`))).toEqual([404, "BLOB_UNKNOWN"]);
    expect(await refusalIn(await berth.fetch("/v2/A/manifests/x"))).toEqual([400, "NAME_INVALID"]);
    expect(await refusalIn(await berth.fetch("/v1/"))).toEqual([404, "UNSUPPORTED"]);
  });

  it("refuses to write where it only reads", async () => {
    const { reader } = deploy();
    const response = await reader.fetch("/v2/a/b/blobs/uploads/", { method: "POST" });
    expect(await refusalIn(response)).toEqual([405, "UNSUPPORTED"]);
  });
});

describe("a pull through a redirect", () => {
  it("sends a client to the bytes, whole or in part, and answers HEAD by itself", async () => {
    const berth = deploy({ blobs: redirecting });
    const blob = content(patterned(1000, 1));
    await pushBlob(berth, "a/b", blob);
    const path = `/v2/a/b/blobs/${blob.digest}`;
    for (const headers of [{}, { Range: "bytes=10-19" }, { Range: "bytes=0-1,5-6" }]) {
      const response = await berth.fetch(path, { headers });
      expect([response.status, await response.text()]).toEqual([307, ""]);
      expect(response.headers.get("Location")).toMatch(/^https:\/\/bucket\.s3\.invalid\/blobs\//);
      expect(response.headers.get("Content-Length")).toBe("0");
    }
    const head = await berth.fetch(path, { method: "HEAD" });
    expect([head.status, head.headers.get("Content-Length"), await head.text()]).toEqual([200, "1000", ""]);
  });

  it("tells a blob that no function can send by a clear error, where the store does not redirect", async () => {
    const berth = deploy();
    const blob = content(patterned(6_000_000, 1));
    const location = await beginUpload(berth, "a/b");
    for (const at of [0, 3_000_000]) {
      const chunk = blob.bytes.subarray(at, at + 3_000_000);
      expect((await patch(berth, location, chunk, placeOf(at, chunk))).status).toBe(202);
    }
    expect((await put(berth, withDigest(location, blob.digest))).status).toBe(201);
    expect(await refusalIn(await berth.fetch(`/v2/a/b/blobs/${blob.digest}`))).toEqual([500, "UNKNOWN"]);
    expect(berth.told.lines).toContainEqual(
      expect.objectContaining({
        level: "error",
        fields: { error: expect.objectContaining({ message: expect.stringContaining("redirect") }) },
      }),
    );
    const part = await berth.fetch(`/v2/a/b/blobs/${blob.digest}`, { headers: { Range: "bytes=5-9" } });
    expect([part.status, await bytesOf(part)]).toEqual([206, blob.bytes.subarray(5, 10)]);
  });
});

describe("HEAD of a manifest", () => {
  it("answers with the body, as GET, so that its length is right whoever computes it", async () => {
    const berth = deploy();
    const { manifest } = await pushImage(berth, "a/b", "one", "latest");
    const response = await berth.fetch("/v2/a/b/manifests/latest", { method: "HEAD" });
    expect(await bytesOf(response)).toEqual(manifest.bytes);
    expect(response.headers.get("Content-Length")).toBe(String(manifest.bytes.length));
  });

  it("answers without, and with the same length, where the switch says so", async () => {
    const berth = deploy({ heads: { headBody: "none" } });
    const { manifest } = await pushImage(berth, "a/b", "one", "latest");
    const response = await berth.fetch("/v2/a/b/manifests/latest", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(response.headers.get("Content-Length")).toBe(String(manifest.bytes.length));
  });
});

describe("HEAD of a blob", () => {
  const blob = content("a layer");
  const redirected = deploy({ blobs: redirecting, heads: { headBlob: "redirect" } });
  const head = (berth: ReturnType<typeof deploy>, headers: Record<string, string> = {}) =>
    berth.fetch(`/v2/a/blobs/${blob.digest}`, { method: "HEAD", headers, redirect: "manual" });

  it("is answered with its length, and no redirect, unless the switch says so", async () => {
    const berth = deploy({ blobs: redirecting });
    await pushBlob(berth, "a", blob);
    const response = await head(berth);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Length")).toBe(String(blob.bytes.length));
  });

  it("leads to where S3 says the length, with a URL that is signed for HEAD", async () => {
    await pushBlob(redirected, "a", blob);
    const response = await head(redirected);
    expect(response.status).toBe(307);
    expect(response.headers.get("Location")).toMatch(/^https:\/\/bucket\.s3\.invalid\/.*&for=HEAD$/);
    expect(response.headers.get("Docker-Content-Digest")).toBe(blob.digest);
    const got = await redirected.fetch(`/v2/a/blobs/${blob.digest}`, { redirect: "manual" });
    expect(got.headers.get("Location")).toMatch(/&for=GET$/);
  });

  it("leads nowhere where the client has the blob, or there is none", async () => {
    await pushBlob(redirected, "a", blob);
    expect((await head(redirected, { "If-None-Match": `"${blob.digest}"` })).status).toBe(304);
    const absent = `/v2/a/blobs/${content("absent").digest}`;
    const response = await redirected.fetch(absent, { method: "HEAD", redirect: "manual" });
    expect([response.status, response.headers.get("Location")]).toEqual([404, null]);
  });

  it("is answered here where the store can't redirect, whatever the switch says", async () => {
    const berth = deploy({ heads: { headBlob: "redirect" } });
    await pushBlob(berth, "a", blob);
    const response = await head(berth);
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(response.headers.get("Content-Length")).toBe(String(blob.bytes.length));
  });
});

describe("a manifest that only few functions could send", () => {
  it("passes in both directions with 4 MiB", async () => {
    const berth = deploy();
    const config = content("{}");
    await pushBlob(berth, "a/b", config);
    const annotations = { filler: "x".repeat(4 * 1024 * 1024 - 500) };
    const manifest = image({ config, fields: { annotations, subject: descriptor(OCI_CONFIG, config) } });
    expect(manifest.bytes.length).toBeLessThanOrEqual(4 * 1024 * 1024);
    await pushManifest(berth, "a/b", manifest, "huge");
    const response = await berth.fetch("/v2/a/b/manifests/huge");
    expect((await bytesOf(response)).equals(manifest.bytes)).toBe(true);
  });
});
