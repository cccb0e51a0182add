import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { withOwnStorage } from "../clients/support/containers-storage.ts";
import { freshDirectory, randomFile } from "../clients/support/images.ts";
import { addImage, addLayer, createLayout } from "../clients/support/layout.ts";
import { run, runRefused } from "../clients/support/run.ts";
import { built } from "../clients/support/tools.ts";
import { patterned } from "../support/bodies.ts";
import { digestOf, manifestOf, type RegistryClient } from "./support/client.ts";
import { pushBy } from "./support/door.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";

/** What AWS's documents leave open, each played before the same functions. */

const layer = patterned(4000, "switched");
const rootfs = { type: "layers", diff_ids: [digestOf(layer)] };
const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", rootfs }));
const manifest = manifestOf([config, layer]);

async function push(client: RegistryClient, repository: string): Promise<void> {
  for (const bytes of [config, layer]) await client.pushBlob(repository, bytes);
  expect((await client.putManifest(repository, "1", manifest)).status).toBe(201);
}

const lengthOf = async (client: RegistryClient, path: string): Promise<string | null> =>
  (await client.fetch(path, { method: "HEAD", redirect: "follow" })).headers.get("content-length");

const imageAt = ({ url }: RegistryClient, tag = "1"): string => `${new URL(url).host}/switched:${tag}`;
const blobAt = ({ url }: RegistryClient): string => `${new URL(url).host}/switched@${digestOf(layer)}`;

/** It takes the size from HEAD, of both. */
const orasDescriptor = (kind: "blob" | "manifest", name: string): readonly string[] => [
  built("oras"),
  kind,
  "fetch",
  "--plain-http",
  "--descriptor",
  name,
];

async function sizeByOras(kind: "blob" | "manifest", name: string): Promise<unknown> {
  const descriptor: unknown = JSON.parse(await run(orasDescriptor(kind, name)));
  return Object.entries(descriptor ?? {}).find(([field]) => field === "size")?.[1];
}

/** Asks HEAD of the manifest, and of each blob where that is not there yet. */
const craneCopy = (client: RegistryClient, tag: string): readonly string[] => [
  built("crane"),
  "copy",
  imageAt(client),
  imageAt(client, tag),
];

describe("HEAD of a manifest, whoever computes its length, with GET's body behind it", () => {
  const stack = stackUnderTest({ variables: { BERTH_HEAD_BODY: "as-get" } });
  beforeAll(() => push(stack.client, "switched"));

  it.each(["function", "body", "remap"] as const)("has the manifest's length: %s", async (headLength) => {
    const client = await stack.serve({ headLength });
    expect(await lengthOf(client, "/v2/switched/manifests/1")).toBe(String(manifest.length));
    expect(await sizeByOras("manifest", imageAt(client))).toBe(manifest.length);
    // The second finds the manifest of the first.
    for (const _ of [1, 2]) await run(craneCopy(client, headLength));
  });

  it("has no length where the gateway removes it: GET has all, but clients that want it fail", async () => {
    const client = await stack.serve({ headLength: "none" });
    const head = await client.fetch("/v2/switched/manifests/1", { method: "HEAD" });
    expect(head.headers.get("content-length")).toBeNull();
    expect(head.headers.get("docker-content-digest")).toBe(digestOf(manifest));
    const got = await client.fetch("/v2/switched/manifests/1");
    expect(digestOf(Buffer.from(await got.arrayBuffer()))).toBe(digestOf(manifest));
    expect(await run([built("crane"), "digest", imageAt(client)])).toBe(`${digestOf(manifest)}\n`);
    expect(await runRefused(craneCopy(client, "1"))).toMatch(/did not include Content-Length/);
    const asked = orasDescriptor("manifest", imageAt(client));
    expect(await runRefused(asked)).toMatch(/unknown response Content-Length/);
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

describe("bodies without a length that the gateway refuses, with the upload door beside it", () => {
  const stack = stackUnderTest({ door: "played" });
  const large = patterned(12_000_000, "larger than the API takes");

  it.each(["411", "501"] as const)("are taken by the door: %s", async (chunked) => {
    const client = await stack.serve({ chunked });
    expect(await pushBy("PATCH without a length", client, `switched/${chunked}`, large)).toBe(201);
    const pulled = await client.pullBlob(`switched/${chunked}`, digestOf(large));
    expect(digestOf(pulled)).toBe(digestOf(large));
  });

  it.each(["411", "501"] as const)("no longer keep podman from pushing: %s", async (chunked) => {
    const client = await stack.serve({ chunked });
    const podman = await withOwnStorage("podman");
    const name = `${new URL(client.url).host}/podman/${chunked}:1`;
    const id = await podmanImage(podman);
    await podman("push", "--quiet", "--tls-verify=false", id, name);
    await podman("rmi", "--all", "--force");
    expect((await podman("pull", "--quiet", "--tls-verify=false", name)).trim()).toBe(id);
  });

  /** An image with one layer, which is larger than the API takes. */
  async function podmanImage(podman: (...parameters: string[]) => Promise<string>): Promise<string> {
    const layout = await createLayout(await freshDirectory("image"));
    const root = await freshDirectory("root");
    await randomFile(join(root, "random.bin"), 12_000_000);
    const layers = [await addLayer(layout, root)];
    const platform = { os: "linux", architecture: "amd64" };
    await addImage(layout, { layers, platform, command: ["/none"], tag: "1" });
    return (await podman("pull", "--quiet", `oci:${layout}:1`)).trim();
  }
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
    expect(await sizeByOras("manifest", imageAt(client))).toBe(0);
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
      expect(await sizeByOras("blob", blobAt(client))).toBe(layer.length);
      await run(craneCopy(client, headLength));
      const validated = await run([built("crane"), "validate", "--fast", "--remote", imageAt(client)]);
      expect(validated).toMatch(/^PASS/);
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
    expect(await sizeByOras("blob", blobAt(stack.client))).toBe(layer.length);
  });

  it.each(["body", "remap"] as const)(
    "says 0 where the gateway computes it, and clients believe that: why there is the switch (%s)",
    async (headLength) => {
      const client = await stack.serve({ headLength });
      expect(await lengthOf(client, path)).toBe("0");
      expect(await sizeByOras("blob", blobAt(client))).toBe(0);
    },
  );

  it("has no length where the gateway removes it, and clients that want it fail", async () => {
    const client = await stack.serve({ headLength: "none" });
    expect(await lengthOf(client, path)).toBeNull();
    const refused = await runRefused(orasDescriptor("blob", blobAt(client)));
    expect(refused).toMatch(/unknown response Content-Length/);
  });
});
