import { describe, expect, it } from "vitest";
import { patterned } from "../support/bodies.ts";
import { digestOf, manifestOf, withDigest } from "./support/client.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";

const MEBIBYTE = 1024 * 1024;
/** as many bytes as fit an invocation in base64, beside the rest of the event */
const LARGEST = 4.4 * MEBIBYTE;
const stack = stackUnderTest();

/** A body without Content-Length, in pieces. */
const streamed = (bytes: Buffer): RequestInit => ({
  duplex: "half",
  body: ReadableStream.from([bytes.subarray(0, 1000), bytes.subarray(1000)]),
});

const put = (location: string, digest: string, init: RequestInit = {}): Promise<Response> =>
  stack.client.fetch(withDigest(location, digest), { method: "PUT", ...init });

describe("a blob push within the limits of API Gateway and Lambda", () => {
  it("POST, PUT with the body", async () => {
    const bytes = patterned(LARGEST, "put");
    await stack.client.pushBlob("push/put", bytes);
    expect(digestOf(await stack.client.pullBlob("push/put", digestOf(bytes)))).toBe(digestOf(bytes));
  });

  it("POST, PATCH without a length, PUT: as docker does", async () => {
    const bytes = patterned(LARGEST, "patch");
    const location = await stack.client.startUpload("push/patch");
    const patched = await stack.client.fetch(location, { method: "PATCH", ...streamed(bytes) });
    expect(patched.status).toBe(202);
    expect(patched.headers.get("range")).toBe(`0-${bytes.length - 1}`);
    expect((await put(patched.headers.get("location") ?? "", digestOf(bytes))).status).toBe(201);
    expect(digestOf(await stack.client.pullBlob("push/patch", digestOf(bytes)))).toBe(digestOf(bytes));
  });

  it("one POST with the digest and the body", async () => {
    const bytes = patterned(5000, "post");
    const path = withDigest("/v2/push/post/blobs/uploads/", digestOf(bytes));
    expect((await stack.client.fetch(path, { method: "POST", body: bytes })).status).toBe(201);
    expect(await stack.client.pullBlob("push/post", digestOf(bytes))).toEqual(bytes);
  });

  it("in ranged chunks of 4 MiB: larger than any one request, gathered into parts that S3 takes", async () => {
    const bytes = patterned(15 * MEBIBYTE + 17, "chunks");
    let location = await stack.client.startUpload("push/chunks");
    for (let at = 0; at < bytes.length; at += 4 * MEBIBYTE) {
      const chunk = bytes.subarray(at, at + 4 * MEBIBYTE);
      const headers = { "Content-Range": `${at}-${at + chunk.length - 1}` };
      const patched = await stack.client.fetch(location, { method: "PATCH", body: chunk, headers });
      expect(patched.status).toBe(202);
      location = patched.headers.get("location") ?? "";
    }
    const again = await stack.client.fetch(location, {
      method: "PATCH",
      body: bytes.subarray(0, 10),
      headers: { "Content-Range": "0-9" },
    });
    expect(again.status).toBe(416);
    expect((await put(location, digestOf(bytes))).status).toBe(201);
    expect(digestOf(await stack.client.pullBlob("push/chunks", digestOf(bytes)))).toBe(digestOf(bytes));
  });

  it("by mounting from another repository", async () => {
    const bytes = patterned(3000, "mounted");
    const digest = await stack.client.pushBlob("push/source", bytes);
    const query = new URLSearchParams({ mount: digest, from: "push/source" }).toString();
    const mounted = await stack.client.fetch(`/v2/push/target/blobs/uploads/?${query}`, { method: "POST" });
    expect(mounted.status).toBe(201);
    expect(await stack.client.pullBlob("push/target", digest)).toEqual(bytes);
  });

  it("tells how far an upload is, and cancels it", async () => {
    const location = await stack.client.startUpload("push/cancelled");
    await stack.client.fetch(location, { method: "PATCH", body: patterned(1000, 1) });
    const status = await stack.client.fetch(location);
    expect([status.status, status.headers.get("range")]).toEqual([204, "0-999"]);
    expect((await stack.client.fetch(location, { method: "DELETE" })).status).toBe(204);
    expect((await stack.client.fetch(location)).status).toBe(404);
  });
});

describe("what does not fit, or is not what it says", () => {
  it("refuses a body that no invocation can carry, and takes the same upload's smaller chunks", async () => {
    const location = await stack.client.startUpload("push/large");
    const large = await stack.client.fetch(location, { method: "PATCH", body: Buffer.alloc(5 * MEBIBYTE) });
    expect(large.status).toBe(413);
    const bytes = patterned(1000, "after");
    const patched = await stack.client.fetch(location, { method: "PATCH", body: bytes });
    expect(patched.status).toBe(202);
    expect((await put(patched.headers.get("location") ?? "", digestOf(bytes))).status).toBe(201);
  });

  it("shows nothing of a blob whose digest is another", async () => {
    const bytes = patterned(2000, "liar");
    const wrong = digestOf(Buffer.from("another"));
    const location = await stack.client.startUpload("push/liar");
    expect((await put(location, wrong, { body: bytes })).status).toBe(400);
    for (const digest of [wrong, digestOf(bytes)]) {
      const head = await stack.client.fetch(`/v2/push/liar/blobs/${digest}`, { method: "HEAD" });
      expect(head.status).toBe(404);
    }
  });

  it("refuses a manifest whose blobs are missing", async () => {
    const answer = await stack.client.putManifest("push/missing", "1", manifestOf([Buffer.from("missing")]));
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ errors: [{ code: "MANIFEST_BLOB_UNKNOWN" }] });
  });
});

describe("deletes", () => {
  const config = Buffer.from("{}");
  const manifest = manifestOf([config]);
  const path = "/v2/push/deleted";

  it("deletes a tag, a manifest and a blob", async () => {
    await stack.client.pushBlob("push/deleted", config);
    await stack.client.putManifest("push/deleted", "1", manifest);
    await stack.client.putManifest("push/deleted", "2", manifest);
    const statusOf = async (what: string, method: string): Promise<number> =>
      (await stack.client.fetch(`${path}/${what}`, { method })).status;
    expect(await statusOf("manifests/1", "DELETE")).toBe(202);
    expect(await statusOf("manifests/1", "HEAD")).toBe(404);
    expect(await statusOf("manifests/2", "HEAD")).toBe(200);
    expect(await statusOf(`manifests/${digestOf(manifest)}`, "DELETE")).toBe(202);
    expect(await statusOf("manifests/2", "HEAD")).toBe(404);
    expect(await statusOf(`blobs/${digestOf(config)}`, "DELETE")).toBe(202);
    expect(await statusOf(`blobs/${digestOf(config)}`, "HEAD")).toBe(404);
  });
});

describe("many at once", () => {
  it("gives every one of twelve pushes at the same time its own tag and bytes", async () => {
    const images = Array.from({ length: 12 }, (_, index) => {
      const config = Buffer.from(`{"index":${index}}`);
      return { tag: `t${index}`, config, layer: patterned(10_000, index), shared: Buffer.from("shared") };
    });
    await Promise.all(
      images.map(async ({ tag, config, layer, shared }) => {
        const blobs = [config, layer, shared];
        await Promise.all(blobs.map((bytes) => stack.client.pushBlob("push/many", bytes)));
        const answer = await stack.client.putManifest("push/many", tag, manifestOf(blobs));
        expect(answer.status).toBe(201);
      }),
    );
    const listed = (await (await stack.client.fetch("/v2/push/many/tags/list")).json()) as { tags: string[] };
    expect(listed.tags).toEqual(images.map(({ tag }) => tag).toSorted());
  });
});

describe("the sweep, as the clock calls it", () => {
  it("ends well, and leaves what was pushed", async () => {
    const bytes = patterned(1000, "swept");
    await stack.client.pushBlob("push/swept", bytes);
    const [schedule] = stack.stand.plan.schedules;
    const sweep = stack.stand.functions.get(schedule?.function.logicalId ?? "");
    expect(await sweep?.invoke(schedule?.input ?? "")).toMatchObject({ outcome: "returned" });
    expect(await stack.client.pullBlob("push/swept", digestOf(bytes))).toEqual(bytes);
  });
});
