import { describe, expect, it } from "vitest";
import { patterned } from "../support/bodies.ts";
import { digestOf, manifestOf } from "./support/client.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";

const MEBIBYTE = 1024 * 1024;
const stack = stackUnderTest();

describe("a blob pull through the redirect", () => {
  const bytes = patterned(3 * MEBIBYTE, "pulled");
  const path = `/v2/pull/one/blobs/${digestOf(bytes)}`;
  const locationOf = async (): Promise<URL> => {
    const response = await stack.client.fetch(path);
    expect(response.status).toBe(307);
    return new URL(response.headers.get("location") ?? "");
  };

  it("answers HEAD by itself, with the length and the digest", async () => {
    await stack.client.pushBlob("pull/one", bytes);
    const response = await stack.client.fetch(path, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe(String(bytes.length));
    expect(response.headers.get("docker-content-digest")).toBe(digestOf(bytes));
  });

  it("sends GET to another host, which needs no credential of the registry", async () => {
    const location = await locationOf();
    expect(location.hostname).not.toBe(new URL(stack.client.url).hostname);
    const followed = await fetch(location);
    expect(followed.status).toBe(200);
    expect(digestOf(Buffer.from(await followed.arrayBuffer()))).toBe(digestOf(bytes));
  });

  it("signs for 15 minutes at most, and for this object alone", async () => {
    const location = await locationOf();
    expect(Number(location.searchParams.get("X-Amz-Expires"))).toBeLessThanOrEqual(900);
    location.pathname = location.pathname.replace(/.$/, "x");
    expect((await fetch(location)).status).toBe(403);
  });

  it("serves ranges, so that a client resumes where it was cut off", async () => {
    const location = await locationOf();
    const range = async (first: number, last: string): Promise<Buffer> => {
      const response = await fetch(location, { headers: { Range: `bytes=${first}-${last}` } });
      expect(response.status).toBe(206);
      return Buffer.from(await response.arrayBuffer());
    };
    const cut = 1_234_567;
    const whole = Buffer.concat([await range(0, String(cut - 1)), await range(cut, "")]);
    expect(digestOf(whole)).toBe(digestOf(bytes));
  });

  it("answers a range of the registry's own URL with the redirect too", async () => {
    const response = await stack.client.fetch(path, { headers: { Range: "bytes=0-9" } });
    expect(response.status).toBe(307);
    const followed = await fetch(response.headers.get("location") ?? "", { headers: { Range: "bytes=0-9" } });
    expect(Buffer.from(await followed.arrayBuffer())).toEqual(bytes.subarray(0, 10));
  });

  it("takes an escaped digest in the path", async () => {
    const response = await stack.client.fetch(path.replace("sha256:", "sha256%3A"), { method: "HEAD" });
    expect(response.status).toBe(200);
  });

  it("answers 404 for a blob of another repository", async () => {
    const response = await stack.client.fetch(path.replace("pull/one", "pull/other"), { method: "HEAD" });
    expect(response.status).toBe(404);
  });
});

describe("a manifest pull", () => {
  const config = Buffer.from("{}");
  const manifest = manifestOf([config]);
  /** too large for the item of its tag: its bytes have another home */
  const large = manifestOf([config], { annotations: { long: "x".repeat(300_000) } });

  it.each([
    ["small", manifest],
    ["large", large],
  ])("gives back the bytes, and tells HEAD their length: %s", async (tag, sent) => {
    await stack.client.pushBlob("pull/image", config);
    const put = await stack.client.putManifest("pull/image", tag, sent);
    expect(put.status).toBe(201);
    expect(put.headers.get("docker-content-digest")).toBe(digestOf(sent));
    for (const reference of [tag, digestOf(sent)]) {
      const got = await stack.client.fetch(`/v2/pull/image/manifests/${reference}`);
      expect(digestOf(Buffer.from(await got.arrayBuffer()))).toBe(digestOf(sent));
      const head = await stack.client.fetch(`/v2/pull/image/manifests/${reference}`, { method: "HEAD" });
      expect(head.headers.get("content-length")).toBe(String(sent.length));
      expect(head.headers.get("docker-content-digest")).toBe(digestOf(sent));
    }
  });
});

describe("lists", () => {
  it("pages tags and repositories, and lists referrers", async () => {
    const config = Buffer.from("{}");
    await stack.client.pushBlob("lists/image", config);
    const subject = manifestOf([config]);
    for (const tag of ["a", "b", "c"]) {
      expect((await stack.client.putManifest("lists/image", tag, subject)).status).toBe(201);
    }
    const page = await stack.client.fetch("/v2/lists/image/tags/list?n=2");
    expect(await page.json()).toEqual({ name: "lists/image", tags: ["a", "b"] });
    const next = /<([^>]+)>/.exec(page.headers.get("link") ?? "")?.[1] ?? "";
    expect(await (await stack.client.fetch(next)).json()).toEqual({ name: "lists/image", tags: ["c"] });
    expect(await (await stack.client.fetch("/v2/_catalog")).json()).toMatchObject({
      repositories: expect.arrayContaining(["lists/image"]) as unknown,
    });

    const referring = manifestOf([config], {
      artifactType: "application/vnd.test",
      subject: {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        digest: digestOf(subject),
        size: subject.length,
      },
    });
    const put = await stack.client.putManifest("lists/image", digestOf(referring), referring);
    expect(put.headers.get("oci-subject")).toBe(digestOf(subject));
    const referrers = await stack.client.fetch(`/v2/lists/image/referrers/${digestOf(subject)}`);
    expect(await referrers.json()).toMatchObject({ manifests: [{ digest: digestOf(referring) }] });
  });
});

describe("names and paths", () => {
  const config = Buffer.from("{}");

  it.each([1, 8, 9, 16])("serves a name of %d components", async (depth) => {
    const repository = Array.from({ length: depth }, (_, index) => `c${index}`).join("/");
    const layer = patterned(1000, depth);
    await stack.client.pushBlob(repository, config);
    await stack.client.pushBlob(repository, layer);
    const manifest = manifestOf([config, layer]);
    expect((await stack.client.putManifest(repository, "1", manifest)).status).toBe(201);
    expect(await stack.client.pullBlob(repository, digestOf(layer))).toEqual(layer);
    const got = await stack.client.fetch(`/v2/${repository}/manifests/1`);
    expect(digestOf(Buffer.from(await got.arrayBuffer()))).toBe(digestOf(manifest));
    const tags = await stack.client.fetch(`/v2/${repository}/tags/list`);
    expect(await tags.json()).toEqual({ name: repository, tags: ["1"] });
  });

  it.each(["blobs/uploads", "a/manifests/b", "tags/list", "v2/referrers"])(
    "serves a name that looks like an endpoint: %s",
    async (repository) => {
      await stack.client.pushBlob(repository, config);
      const manifest = manifestOf([config]);
      expect((await stack.client.putManifest(repository, "1", manifest)).status).toBe(201);
      const got = await stack.client.fetch(`/v2/${repository}/manifests/1`);
      expect(digestOf(Buffer.from(await got.arrayBuffer()))).toBe(digestOf(manifest));
    },
  );

  it("answers /v2/ and /v2 as a registry", async () => {
    for (const path of ["/v2/", "/v2"]) {
      const response = await stack.client.fetch(path);
      expect(response.status).toBe(200);
      expect(response.headers.get("docker-distribution-api-version")).toBe("registry/2.0");
    }
  });
});

describe("errors have the contract's form, wherever a request ends up", () => {
  const codeOf = async (path: string, init?: RequestInit): Promise<unknown> => {
    const response = await stack.client.fetch(path, init);
    const { errors } = (await response.json()) as { errors: { code: string }[] };
    return { status: response.status, code: errors[0]?.code };
  };

  it.each([
    ["/v2/nobody/manifests/1", "MANIFEST_UNKNOWN"],
    ["/v2/nobody/tags/list", "NAME_UNKNOWN"],
    [`/v2/nobody/blobs/${digestOf(Buffer.from("nothing"))}`, "BLOB_UNKNOWN"],
  ])("GET %s is 404 %s", async (path, code) => {
    expect(await codeOf(path)).toEqual({ status: 404, code });
  });

  it.each(["/", "/v1/", "/v2/x", "/v2/a/b/unknown/c", "/v2/a/b/c/d/e/f/g/h/i/unknown/k"])(
    "GET %s is 404, from the registry and not from the gateway",
    async (path) => {
      expect(await codeOf(path)).toMatchObject({ status: 404 });
    },
  );

  it("refuses what is no name, no digest and no manifest with 400", async () => {
    expect(await codeOf("/v2/UPPER/manifests/1")).toEqual({ status: 400, code: "NAME_INVALID" });
    expect(await codeOf("/v2/a/blobs/sha256:zz")).toEqual({ status: 400, code: "DIGEST_INVALID" });
    const wrong = await codeOf("/v2/a/manifests/1", { method: "PUT", body: "no JSON" });
    expect(wrong).toMatchObject({ status: 400, code: "MANIFEST_INVALID" });
  });
});
