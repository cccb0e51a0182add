import { describe, expect, it } from "vitest";
import { registry } from "../support/registry.ts";
import {
  beginUpload,
  bytesOf,
  catalogOf,
  codeOf,
  locationOf,
  patch,
  pull,
  pushImage,
  pushManifest,
  put,
  statusOf,
  tagsOf,
  withDigest,
} from "./support/client.ts";
import { ABSENT, content, index } from "./support/content.ts";
import { send } from "./support/raw.ts";

const berth = registry();

describe("spec § Determining Support", () => {
  it("answers 200 and {} to GET /v2/, with and without the slash, and HEAD alike", async () => {
    for (const path of ["/v2/", "/v2"]) {
      const response = await berth.fetch(path);
      expect([response.status, await response.text()]).toEqual([200, "{}"]);
      expect(response.headers.get("Content-Type")).toBe("application/json");
      expect(await statusOf(berth, path, "HEAD")).toBe(200);
    }
  });
});

describe("spec § Endpoints, in repositories of any name and depth", () => {
  it.each([
    "a",
    "a/b",
    "a/b/c/d/e/f/g/h/i/j/k",
    "manifests",
    "blobs",
    "uploads",
    "tags",
    "tags/list",
    "referrers",
    "blobs/uploads",
    "x/manifests",
    "x/manifests/latest",
    "x/blobs",
    "x/blobs/uploads",
    "x/tags/list",
    "x/referrers",
    "v2/catalog",
    "a.b_c__d-e---f/0",
    "z".repeat(255),
  ])("every endpoint works in %s", async (repo) => {
    const { manifest, layer } = await pushImage(berth, repo, repo, "uploads");
    await pushManifest(berth, repo, manifest, "latest");
    expect(await bytesOf(await berth.fetch(`/v2/${repo}/manifests/latest`))).toEqual(manifest.bytes);
    expect(await bytesOf(await pull(berth, `/v2/${repo}/blobs/${layer.digest}`))).toEqual(layer.bytes);
    expect(await tagsOf(berth, repo)).toEqual(["latest", "uploads"]);
    expect(await statusOf(berth, `/v2/${repo}/referrers/${manifest.digest}`)).toBe(200);
    expect(await catalogOf(berth)).toContain(repo);

    const blob = content(`chunked into ${repo}`);
    const location = await beginUpload(berth, repo);
    expect(await statusOf(berth, location)).toBe(204);
    const patched = await patch(berth, location, blob.bytes);
    const closed = await put(berth, withDigest(locationOf(patched), blob.digest));
    expect([closed.status, locationOf(closed)]).toEqual([201, `/v2/${repo}/blobs/${blob.digest}`]);
    expect(await statusOf(berth, await beginUpload(berth, repo), "DELETE")).toBe(204);
    const mounted = await berth.fetch(`/v2/${repo}/blobs/uploads/?mount=${blob.digest}&from=${repo}`, {
      method: "POST",
    });
    expect(mounted.status).toBe(201);

    expect(await statusOf(berth, `/v2/${repo}/manifests/uploads`, "DELETE")).toBe(202);
    expect(await statusOf(berth, `/v2/${repo}/manifests/${manifest.digest}`, "DELETE")).toBe(202);
    expect(await statusOf(berth, `/v2/${repo}/blobs/${layer.digest}`, "DELETE")).toBe(202);
    expect(await tagsOf(berth, repo)).toEqual([]);
  });

  it("keeps repositories apart whose names begin alike", async () => {
    await pushImage(berth, "alike", "1", "one");
    await pushImage(berth, "alike/more", "2", "two");
    await pushImage(berth, "alik", "3", "three");
    expect(await tagsOf(berth, "alike")).toEqual(["one"]);
    expect(await tagsOf(berth, "alike/more")).toEqual(["two"]);
  });

  it("takes escaped paths for what they say", async () => {
    const { layer, manifest } = await pushImage(berth, "escaped/name", "x", "tag");
    const blob = `/v2/escaped%2Fname/blobs/${encodeURIComponent(layer.digest)}`;
    const { status, headers } = await send(berth, { method: "HEAD", path: blob });
    expect([status, headers["content-length"]]).toEqual([200, String(layer.bytes.length)]);
    const got = await send(berth, { method: "GET", path: `/v2/escaped/name/manifests/t%61g` });
    expect(got.text).toBe(manifest.bytes.toString());
  });

  it("ignores ns, which proxies use (spec § Registry Proxying)", async () => {
    const { manifest } = await pushImage(berth, "proxied", "x", "tag");
    const response = await berth.fetch("/v2/proxied/manifests/tag?ns=docker.io");
    expect(await bytesOf(response)).toEqual(manifest.bytes);
  });
});

describe("a request that no endpoint takes", () => {
  it.each([
    ["/v2/", "POST", "GET, HEAD"],
    ["/v2/_catalog", "DELETE", "GET, HEAD"],
    ["/v2/a/manifests/latest", "POST", "GET, HEAD, PUT, DELETE"],
    [`/v2/a/blobs/${ABSENT}`, "PUT", "GET, HEAD, DELETE"],
    ["/v2/a/blobs/uploads/", "GET", "POST"],
    ["/v2/a/blobs/uploads/0b0c4cba-0000-4000-8000-000000000000", "POST", "GET, HEAD, PATCH, PUT, DELETE"],
    ["/v2/a/tags/list", "PUT", "GET, HEAD"],
    [`/v2/a/referrers/${ABSENT}`, "PATCH", "GET, HEAD"],
  ])("is a 405 with Allow where the endpoint has no such method: %s %s", async (path, method, allow) => {
    const response = await berth.fetch(path, { method });
    expect([response.status, response.headers.get("Allow")]).toEqual([405, allow]);
    expect(await codeOf(response)).toBe("UNSUPPORTED");
  });

  it.each([
    "/",
    "/v1/",
    "/v2/a",
    "/v2/a/b/c",
    "/v2/manifests/latest",
    "/v2/a/manifests/",
    "/v2//manifests/x",
  ])("is a 404 where there is no endpoint: %s", async (path) => {
    const answer = await send(berth, { method: "GET", path });
    expect([answer.status, answer.code]).toEqual([404, "UNSUPPORTED"]);
  });
});

describe("every answer", () => {
  it("names the version of the API, refusals included, as Docker has it", async () => {
    const { manifest } = await pushImage(berth, "version", "x", "tag");
    const leaf = index([]);
    const answers = [
      await berth.fetch("/v2/"),
      await berth.fetch("/v2/version/manifests/tag"),
      await berth.fetch("/v2/version/manifests/none"),
      await berth.fetch("/v2/version/manifests/tag", {
        headers: { "If-None-Match": `"${manifest.digest}"` },
      }),
      await berth.fetch("/v2/version/tags/list"),
      await berth.fetch("/v2/version/blobs/uploads/", { method: "POST" }),
      await berth.fetch(await beginUpload(berth, "version")),
      await pushManifest(berth, "version", leaf),
      await berth.fetch(`/v2/version/manifests/${leaf.digest}`, { method: "DELETE" }),
      await berth.fetch("/v2/NO/tags/list"),
    ];
    for (const answer of answers) {
      expect(answer.headers.get("Docker-Distribution-Api-Version")).toBe("registry/2.0");
      await answer.arrayBuffer();
    }
  });
});
