import { beforeAll, describe, expect, it } from "vitest";
import { registry } from "../support/registry.ts";
import {
  beginUpload,
  bytesOf,
  catalogOf,
  locationOf,
  patch,
  pushBlob,
  pushImage,
  pushManifest,
  put,
  putManifest,
  refusalIn,
  statusOf,
  withDigest,
} from "./support/client.ts";
import { ABSENT, content, DOCKER_LIST, DOCKER_MANIFEST, descriptor, manifestOf } from "./support/content.ts";

const berth = registry();
const REPO = "library/docker";
const DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
const DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";
const FOREIGN_LAYER = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
const CONFIG = content("{}");
const LAYER = content("a docker layer");

const dockerImage = (layers: readonly object[] = [descriptor(DOCKER_LAYER, LAYER)]) =>
  manifestOf(
    { schemaVersion: 2, mediaType: DOCKER_MANIFEST, config: descriptor(DOCKER_CONFIG, CONFIG), layers },
    DOCKER_MANIFEST,
  );

beforeAll(async () => {
  await pushBlob(berth, REPO, CONFIG);
  await pushBlob(berth, REPO, LAYER);
});

describe("Docker's image manifest, version 2, schema 2", () => {
  it("is served as it was pushed, whatever the client accepts", async () => {
    const manifest = dockerImage();
    await pushManifest(berth, REPO, manifest, "latest");
    const response = await berth.fetch(`/v2/${REPO}/manifests/latest`, {
      headers: { Accept: "application/vnd.oci.image.manifest.v1+json" },
    });
    expect(response.headers.get("Content-Type")).toBe(DOCKER_MANIFEST);
    expect(await bytesOf(response)).toEqual(manifest.bytes);
  });

  it("may be in a manifest list, which is served whole, never rewritten for a platform", async () => {
    const child = dockerImage();
    const platform = { architecture: "arm64", os: "linux" };
    const list = manifestOf(
      {
        schemaVersion: 2,
        mediaType: DOCKER_LIST,
        manifests: [{ ...descriptor(DOCKER_MANIFEST, child), platform }],
      },
      DOCKER_LIST,
    );
    await pushManifest(berth, REPO, child);
    await pushManifest(berth, REPO, list, "multi");
    const response = await berth.fetch(`/v2/${REPO}/manifests/multi`, {
      headers: { Accept: DOCKER_MANIFEST },
    });
    expect(response.headers.get("Content-Type")).toBe(DOCKER_LIST);
    expect(await bytesOf(response)).toEqual(list.bytes);
  });

  it("may have foreign layers, which live elsewhere and need not be here", async () => {
    const foreign = {
      mediaType: FOREIGN_LAYER,
      digest: ABSENT,
      size: 9,
      urls: ["https://example.com/layer"],
    };
    await pushManifest(berth, REPO, dockerImage([descriptor(DOCKER_LAYER, LAYER), foreign]), "foreign");
    expect(await statusOf(berth, `/v2/${REPO}/manifests/foreign`)).toBe(200);
    const ordinary = dockerImage([{ ...foreign, mediaType: DOCKER_LAYER }]);
    const response = await putManifest(berth, `/v2/${REPO}/manifests/ordinary`, ordinary);
    expect(await refusalIn(response)).toEqual([404, "MANIFEST_BLOB_UNKNOWN"]);
  });

  it.each(["tar", "tar+gzip", "tar+zstd"])("as OCI's nondistributable layers (%s)", async (form) => {
    const mediaType = `application/vnd.oci.image.layer.nondistributable.v1.${form}`;
    const manifest = dockerImage([{ mediaType, digest: ABSENT, size: 9 }]);
    expect((await pushManifest(berth, REPO, manifest)).status).toBe(201);
  });
});

describe("what Docker's clients need of an upload", () => {
  it("names it in Docker-Upload-UUID and in the last segment of the Location's path, on every answer", async () => {
    const begun = await berth.fetch(`/v2/${REPO}/blobs/uploads/`, { method: "POST" });
    const location = locationOf(begun);
    const id = new URL(location, berth.url).pathname.split("/").at(-1);
    for (const response of [begun, await patch(berth, location, LAYER.bytes), await berth.fetch(location)]) {
      expect(response.headers.get("Docker-Upload-UUID")).toBe(id);
      expect(locationOf(response)).toBe(location);
    }
  });

  it("answers a PATCH with 202, exactly one Location and a Range: never 200, never a redirect", async () => {
    const response = await patch(berth, await beginUpload(berth, REPO), LAYER.bytes);
    expect(response.status).toBe(202);
    expect(response.headers.get("Location")).not.toContain(",");
    expect(response.headers.get("Range")).toBe(`0-${LAYER.bytes.length - 1}`);
  });

  it("answers the HEAD after the PUT with a length", async () => {
    const blob = content("looked at after the push");
    await put(berth, withDigest(await beginUpload(berth, REPO), blob.digest), blob.bytes);
    const head = await berth.fetch(`/v2/${REPO}/blobs/${blob.digest}`, { method: "HEAD" });
    expect([head.status, head.headers.get("Content-Length")]).toEqual([200, String(blob.bytes.length)]);
  });

  it("takes regclient's PATCH that still carries ?digest=, and an extra parameter on the PUT", async () => {
    const blob = content("fell back to chunks");
    const location = await beginUpload(berth, REPO);
    const patched = await patch(berth, withDigest(location, blob.digest), blob.bytes);
    expect(patched.status).toBe(202);
    const target = `${withDigest(locationOf(patched), blob.digest)}&ns=example.com`;
    expect((await put(berth, target)).status).toBe(201);
  });
});

describe("Docker's headers on content", () => {
  it("answers 304 to If-None-Match, with quotes and, as some clients send it, without", async () => {
    for (const path of [`manifests/${dockerImage().digest}`, `blobs/${LAYER.digest}`]) {
      const digest = path.slice(path.indexOf("/") + 1);
      for (const etag of [`"${digest}"`, digest]) {
        const response = await berth.fetch(`/v2/${REPO}/${path}`, { headers: { "If-None-Match": etag } });
        expect([response.status, await response.text()]).toEqual([304, ""]);
      }
    }
  });
});

describe("Docker's catalog", () => {
  it("lists repositories in order, page by page to the end, and begins after last", async () => {
    for (const repo of ["catalog/c", "catalog/a", "catalog/b", "catalog/a/deeper", "catalog0"]) {
      await pushImage(berth, repo, "x");
    }
    const all = await catalogOf(berth);
    expect(all).toEqual(all.toSorted());
    expect(all).toEqual(
      expect.arrayContaining(["catalog/a", "catalog/a/deeper", "catalog/b", "catalog0", REPO]),
    );
    const found: string[] = [];
    for (let path: string | undefined = "/v2/_catalog?n=2"; path !== undefined; ) {
      const response = await berth.fetch(path);
      const { repositories } = (await response.json()) as { repositories: string[] };
      found.push(...repositories);
      path = /^<([^>]+)>; rel="next"$/.exec(response.headers.get("Link") ?? "")?.[1];
    }
    expect(found).toEqual(all);
    const after = await berth.fetch("/v2/_catalog?last=catalog/&n=2");
    expect(await after.json()).toEqual({ repositories: ["catalog/a", "catalog/a/deeper"] });
  });

  it("gives an empty list for n=0, and 400 for an n that is no number", async () => {
    const none = await berth.fetch("/v2/_catalog?n=0");
    expect([await none.json(), none.headers.has("Link")]).toEqual([{ repositories: [] }, false]);
    expect(await refusalIn(await berth.fetch("/v2/_catalog?n=ten"))).toEqual([
      400,
      "PAGINATION_NUMBER_INVALID",
    ]);
  });

  it("does not show a repository before something was pushed into it", async () => {
    await beginUpload(berth, "catalog/begun");
    await statusOf(berth, "/v2/catalog/asked/tags/list");
    expect(await catalogOf(berth)).not.toContain("catalog/begun");
    expect(await catalogOf(berth)).not.toContain("catalog/asked");
  });
});
