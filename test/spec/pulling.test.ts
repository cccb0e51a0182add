import { beforeAll, describe, expect, it } from "vitest";
import { registry } from "../support/registry.ts";
import {
  bytesOf,
  pull,
  pushBlob,
  pushImage,
  pushManifest,
  putManifest,
  refusalIn,
} from "./support/client.ts";
import { ABSENT, content, image, type ManifestContent, OCI_MANIFEST } from "./support/content.ts";

const berth = registry();
const REPO = "pull/images";
const BLOB = content("0123456789".repeat(20));
let manifest: ManifestContent;

beforeAll(async () => {
  ({ manifest } = await pushImage(berth, REPO, "one", "latest"));
  await pushBlob(berth, REPO, BLOB);
});

const headersOf = (response: Response) => ({
  type: response.headers.get("Content-Type"),
  length: response.headers.get("Content-Length"),
  digest: response.headers.get("Docker-Content-Digest"),
  etag: response.headers.get("ETag"),
});

describe("spec § Pulling manifests", () => {
  it("MUST give the exact bytes, their type, length and digest, by tag and by digest", async () => {
    for (const reference of ["latest", manifest.digest]) {
      const response = await berth.fetch(`/v2/${REPO}/manifests/${reference}`);
      expect(response.status).toBe(200);
      expect(headersOf(response)).toEqual({
        type: OCI_MANIFEST,
        length: String(manifest.bytes.length),
        digest: manifest.digest,
        etag: `"${manifest.digest}"`,
      });
      expect(await bytesOf(response)).toEqual(manifest.bytes);
    }
  });

  it("ignores Accept: what was pushed is the only form there is", async () => {
    for (const accept of ["application/vnd.docker.distribution.manifest.v2+json", "text/html", "*/*"]) {
      const response = await berth.fetch(`/v2/${REPO}/manifests/latest`, { headers: { Accept: accept } });
      expect(headersOf(response)).toMatchObject({ type: OCI_MANIFEST, digest: manifest.digest });
      expect(response.status).toBe(200);
    }
  });

  it("answers 304 to a client that has it (RFC 9110 § 13.1.2)", async () => {
    const ask = (etag: string) =>
      berth.fetch(`/v2/${REPO}/manifests/latest`, { headers: { "If-None-Match": etag } });
    for (const etag of [`"${manifest.digest}"`, `W/"${manifest.digest}"`, `"x", "${manifest.digest}"`, "*"]) {
      const response = await ask(etag);
      expect([response.status, await response.text()]).toEqual([304, ""]);
      expect(response.headers.get("Docker-Content-Digest")).toBe(manifest.digest);
    }
    expect((await ask(`"${ABSENT}"`)).status).toBe(200);
  });

  it.each([
    [`/v2/${REPO}/manifests/none`, "MANIFEST_UNKNOWN"],
    [`/v2/${REPO}/manifests/${ABSENT}`, "MANIFEST_UNKNOWN"],
    [`/v2/${REPO}/manifests/.can-be-no-tag`, "MANIFEST_UNKNOWN"],
    ["/v2/never/pushed/manifests/latest", "MANIFEST_UNKNOWN"],
  ])("MUST answer 404 where there is none: %s", async (path, code) => {
    expect(await refusalIn(await berth.fetch(path))).toEqual([404, code]);
  });

  it("keeps a manifest to its repository", async () => {
    const { manifest: other } = await pushImage(berth, "pull/other", "two", "latest");
    expect((await berth.fetch(`/v2/${REPO}/manifests/${other.digest}`)).status).toBe(404);
  });
});

describe("spec § Pulling blobs", () => {
  it("MUST give the blob with its digest, from here or from where it redirects to", async () => {
    const path = `/v2/${REPO}/blobs/${BLOB.digest}`;
    const response = await berth.fetch(path);
    expect([200, 307]).toContain(response.status);
    expect(response.headers.get("Docker-Content-Digest")).toBe(BLOB.digest);
    await response.body?.cancel();
    expect(await bytesOf(await pull(berth, path))).toEqual(BLOB.bytes);
  });

  it("MUST answer 404 where there is none, also when another repository has it", async () => {
    await pushImage(berth, "pull/other", "three");
    for (const path of [`/v2/${REPO}/blobs/${ABSENT}`, `/v2/pull/other/blobs/${BLOB.digest}`]) {
      expect(await refusalIn(await berth.fetch(path))).toEqual([404, "BLOB_UNKNOWN"]);
    }
  });

  it("serves an empty blob", async () => {
    const empty = content("");
    await pushBlob(berth, REPO, empty);
    const response = await pull(berth, `/v2/${REPO}/blobs/${empty.digest}`);
    expect([response.status, response.headers.get("Content-Length")]).toEqual([200, "0"]);
    expect(await bytesOf(response)).toEqual(empty.bytes);
  });
});

describe("spec § Checking if content exists in the registry", () => {
  it("MUST answer HEAD of a manifest as GET, with Content-Length and the digest, and without a body", async () => {
    for (const reference of ["latest", manifest.digest]) {
      const path = `/v2/${REPO}/manifests/${reference}`;
      const [head, get] = [await berth.fetch(path, { method: "HEAD" }), await berth.fetch(path)];
      expect([head.status, await head.text()]).toEqual([200, ""]);
      expect(headersOf(head)).toEqual(headersOf(get));
      expect(headersOf(head)).not.toMatchObject({ length: null });
      await get.arrayBuffer();
    }
  });

  it("MUST answer HEAD of a blob with Content-Length and the digest, and without a body", async () => {
    const head = await berth.fetch(`/v2/${REPO}/blobs/${BLOB.digest}`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(headersOf(head)).toEqual({
      type: "application/octet-stream",
      length: String(BLOB.bytes.length),
      digest: BLOB.digest,
      etag: `"${BLOB.digest}"`,
    });
  });

  it("MUST answer 404 where there is none", async () => {
    for (const path of [`/v2/${REPO}/manifests/${ABSENT}`, `/v2/${REPO}/blobs/${ABSENT}`]) {
      const response = await berth.fetch(path, { method: "HEAD" });
      expect([response.status, await response.text()]).toEqual([404, ""]);
    }
  });
});

describe("image-spec § Digests: sha512", () => {
  it("names blobs and manifests as well as sha256 does", async () => {
    const blob = content("with a longer digest", "sha512");
    await pushBlob(berth, REPO, blob);
    const { bytes } = image({ config: blob });
    const { digest } = content(bytes, "sha512");
    await pushManifest(berth, REPO, { bytes, digest, mediaType: OCI_MANIFEST });
    for (const [path, expected] of [
      [`/v2/${REPO}/blobs/${blob.digest}`, blob],
      [`/v2/${REPO}/manifests/${digest}`, { bytes, digest }],
    ] as const) {
      const head = await berth.fetch(path, { method: "HEAD" });
      expect(head.headers.get("Docker-Content-Digest")).toBe(expected.digest);
      expect(await bytesOf(await pull(berth, path))).toEqual(expected.bytes);
    }
  });

  it("does not make the same bytes available under the other algorithm", async () => {
    const { bytes, digest } = content("only sha512", "sha512");
    await pushBlob(berth, REPO, { bytes, digest });
    expect((await berth.fetch(`/v2/${REPO}/blobs/${content(bytes).digest}`)).status).toBe(404);
  });

  it("is checked as sha256 is", async () => {
    const { bytes } = image({ config: BLOB });
    const { digest } = content("other bytes", "sha512");
    const response = await putManifest(berth, `/v2/${REPO}/manifests/${digest}`, {
      bytes,
      mediaType: OCI_MANIFEST,
    });
    expect(await refusalIn(response)).toEqual([400, "DIGEST_INVALID"]);
  });
});
