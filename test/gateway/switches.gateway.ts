import { beforeAll, describe, expect, it } from "vitest";
import { patterned } from "../support/bodies.ts";
import { digestOf, manifestOf, type RegistryClient } from "./support/client.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";

/** What AWS's documents leave open, each played before the same functions. */

const config = Buffer.from("{}");
const layer = patterned(4000, "switched");
const manifest = manifestOf([config, layer]);

async function push(client: RegistryClient, repository: string): Promise<void> {
  for (const bytes of [config, layer]) await client.pushBlob(repository, bytes);
  expect((await client.putManifest(repository, "1", manifest)).status).toBe(201);
}

const lengthOf = async (client: RegistryClient, path: string): Promise<string | null> =>
  (await client.fetch(path, { method: "HEAD", redirect: "follow" })).headers.get("content-length");

describe("HEAD of a manifest, whoever computes its length, with GET's body behind it", () => {
  const stack = stackUnderTest({ variables: { BERTH_HEAD_BODY: "as-get" } });
  beforeAll(() => push(stack.client, "switched"));

  it.each(["function", "body", "remap"] as const)("has the manifest's length: %s", async (headLength) => {
    const client = await stack.serve({ headLength });
    expect(await lengthOf(client, "/v2/switched/manifests/1")).toBe(String(manifest.length));
  });

  it("has no length where the gateway removes it, and GET has all that a client needs", async () => {
    const client = await stack.serve({ headLength: "none" });
    const head = await client.fetch("/v2/switched/manifests/1", { method: "HEAD" });
    expect(head.headers.get("content-length")).toBeNull();
    expect(head.headers.get("docker-content-digest")).toBe(digestOf(manifest));
    const got = await client.fetch("/v2/switched/manifests/1");
    expect(digestOf(Buffer.from(await got.arrayBuffer()))).toBe(digestOf(manifest));
  });

  it.each(["411", "501"] as const)(
    "takes uploads with a length where chunked bodies are refused with %s",
    async (chunked) => {
      const client = await stack.serve({ chunked });
      await push(client, `switched/${chunked}`);
      const location = await client.startUpload("switched");
      const body = ReadableStream.from([layer]);
      const patched = await client.fetch(location, { method: "PATCH", duplex: "half", body });
      expect(patched.status).toBe(Number(chunked));
    },
  );

  it.each([
    { trailingSlash: "ignored", emptyGreedy: "match" },
    { trailingSlash: "ignored", emptyGreedy: "miss" },
    { trailingSlash: "strict", emptyGreedy: "miss" },
  ] as const)("finds every endpoint with %o", async (rules) => {
    const client = await stack.serve(rules);
    for (const path of ["/v2/", "/v2"]) expect((await client.fetch(path)).status).toBe(200);
    for (const repository of ["one", "a/b/c/d/e/f/g/h", "a/b/c/d/e/f/g/h/i"]) {
      await push(client, repository);
      expect(await client.pullBlob(repository, digestOf(layer))).toEqual(layer);
      const without = await client.fetch(`/v2/${repository}/blobs/uploads`, { method: "POST" });
      expect(without.status).toBe(202);
    }
  });
});

describe("HEAD of a manifest, with no body behind it", () => {
  const stack = stackUnderTest({ variables: { BERTH_HEAD_BODY: "none" } });
  beforeAll(() => push(stack.client, "switched"));

  it("has the manifest's length where the gateway believes the function", async () => {
    expect(await lengthOf(stack.client, "/v2/switched/manifests/1")).toBe(String(manifest.length));
  });

  it("says 0 where the gateway computes it: why GET's body is the default", async () => {
    const client = await stack.serve({ headLength: "body" });
    expect(await lengthOf(client, "/v2/switched/manifests/1")).toBe("0");
  });
});

describe("HEAD of a blob, redirected to the bucket", () => {
  const stack = stackUnderTest({ variables: { BERTH_HEAD_BLOB: "redirect" } });
  const path = `/v2/switched/blobs/${digestOf(layer)}`;
  beforeAll(() => push(stack.client, "switched"));

  it.each(["function", "body", "none", "remap"] as const)(
    "has the blob's length, from S3, whatever the gateway does with lengths: %s",
    async (headLength) => {
      const client = await stack.serve({ headLength });
      const head = await client.fetch(path, { method: "HEAD" });
      expect([head.status, head.headers.get("docker-content-digest")]).toEqual([307, digestOf(layer)]);
      expect(await lengthOf(client, path)).toBe(String(layer.length));
    },
  );

  it("leads nowhere for a blob that is not there", async () => {
    const absent = `/v2/switched/blobs/${digestOf(Buffer.from("absent"))}`;
    expect((await stack.client.fetch(absent, { method: "HEAD" })).status).toBe(404);
  });
});

describe("HEAD of a blob, answered by the function", () => {
  const stack = stackUnderTest({ variables: { BERTH_HEAD_BLOB: "answer" } });
  const path = `/v2/switched/blobs/${digestOf(layer)}`;
  beforeAll(() => push(stack.client, "switched"));

  it("has the blob's length where the gateway believes the function", async () => {
    expect(await lengthOf(stack.client, path)).toBe(String(layer.length));
  });

  it.each([
    ["body", "0"],
    ["none", null],
    ["remap", "0"],
  ] as const)(
    "has not where the gateway does otherwise: why there is the switch (%s)",
    async (headLength, length) => {
      expect(await lengthOf(await stack.serve({ headLength }), path)).toBe(length);
    },
  );
});
