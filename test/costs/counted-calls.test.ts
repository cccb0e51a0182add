import { beforeAll, describe, expect, it } from "vitest";
import { content } from "../spec/support/content.ts";
import { type Call, sequentialCalls } from "./counting/recorder.ts";
import { type CountedRegistry, countedRegistry } from "./support/counted-registry.ts";
import { CHUNK, createImage, manifestOfSize, pushBlob, pushImage, putManifest } from "./support/image.ts";

/**
 * One call of the Table port's methods is one request to DynamoDB, and one of the Blob port's is one to S3
 * (test/aws/requests.aws.ts counts them in the SDK). `open` asks nobody: it signs a URL.
 */
const REPO = "team/app";
const config = content("the config");
const small = createImage({ seed: "small", layers: [1000, 1000] });
const larger = manifestOfSize(4 * 1024 + 1, config);
const edge = manifestOfSize(4 * 1024, config);

let registry: CountedRegistry;
beforeAll(async () => {
  registry = countedRegistry();
  await pushBlob(registry, REPO, config);
  await pushImage(registry, REPO, small, "small");
  await putManifest(registry, { repo: REPO, reference: "edge", manifest: edge });
  await putManifest(registry, { repo: REPO, reference: "larger", manifest: larger });
});

const operations = (calls: readonly Call[]): readonly string[] => calls.map(({ operation }) => operation);
const sequential = (calls: readonly Call[]): number => sequentialCalls(calls).length;
const ofS3 = (calls: readonly Call[]): readonly string[] =>
  operations(calls.filter(({ service }) => service === "S3"));

const callsOf = async (
  method: "GET" | "HEAD" | "POST",
  target: string,
  status: number,
): Promise<readonly Call[]> =>
  (await registry.send({ method, target: `/v2/${REPO}/${target}` }, status)).calls;

describe("what a pull asks of the stores", () => {
  it.each(["GET", "HEAD"] as const)("reads once for %s of a manifest up to 4 KB by tag", async (method) => {
    expect(operations(await callsOf(method, "manifests/small", 200))).toEqual(["GetItem"]);
    expect(operations(await callsOf(method, "manifests/edge", 200))).toEqual(["GetItem"]);
  });

  it("reads once for a manifest up to 4 KB by digest", async () => {
    const calls = await callsOf("GET", `manifests/${small.manifest.digest}`, 200);
    expect(operations(calls)).toEqual(["GetItem"]);
  });

  it.each(["larger", larger.digest])(
    "reads twice, one after the other, for a larger one: %s",
    async (name) => {
      const calls = await callsOf("GET", `manifests/${name}`, 200);
      expect(operations(calls)).toEqual(["GetItem", "GetItem"]);
      expect(sequential(calls)).toBe(2);
    },
  );

  it("reads once for GET of a blob, and sends the client to where it is", async () => {
    const target = `/v2/${REPO}/blobs/${config.digest}`;
    const { answer, calls } = await registry.send({ method: "GET", target }, 307);
    expect(operations(calls)).toEqual(["GetItem"]);
    expect(answer.headers["Location"]).toContain("X-Amz-Signature");
  });

  it("reads once for HEAD of a blob", async () => {
    expect(operations(await callsOf("HEAD", `blobs/${config.digest}`, 200))).toEqual(["GetItem"]);
    expect(operations(await callsOf("HEAD", `blobs/${content("absent").digest}`, 404))).toEqual(["GetItem"]);
  });

  it("reads once for HEAD of a blob that is redirected", async () => {
    const redirecting = countedRegistry({ headBlob: "redirect" });
    await pushBlob(redirecting, REPO, config);
    const target = `/v2/${REPO}/blobs/${config.digest}`;
    const { answer, calls } = await redirecting.send({ method: "HEAD", target }, 307);
    expect(operations(calls)).toEqual(["GetItem"]);
    expect(answer.headers["Location"]).toContain("X-Amz-Signature");
  });

  it("asks nothing for the version check", async () => {
    const { calls } = await registry.send({ method: "GET", target: "/v2/" }, 200);
    expect(calls).toEqual([]);
  });
});

describe("what a push asks of the stores", () => {
  it.each([3, 300])("makes three round trips for a manifest of %i layers", async (count) => {
    const image = createImage({ seed: `push ${count}`, layers: Array(count).fill(10) });
    for (const blob of image.blobs) await pushBlob(registry, REPO, blob);
    const { calls } = await putManifest(registry, {
      repo: REPO,
      reference: "pushed",
      manifest: image.manifest,
    });
    expect(sequential(calls)).toBeLessThanOrEqual(3);
    expect(ofS3(calls)).toEqual([]);
  });

  it("makes three round trips for the first manifest of a repository, too", async () => {
    const fresh = countedRegistry();
    const counted = await pushImage(fresh, REPO, small, "1");
    expect(sequential(counted.at(-1)?.calls ?? [])).toBe(3);
  });

  it("stores a blob by one PutObject, and copies nothing", async () => {
    const counted = await pushBlob(registry, REPO, content("a new blob"));
    expect(counted.map(({ calls }) => ofS3(calls))).toEqual([[], ["PutObject"], []]);
    expect(counted.map(({ calls }) => sequential(calls))).toEqual([1, 3, 4]);
  });

  it("gathers chunks into parts, and joins them where they are", async () => {
    const blob = content(Buffer.alloc(3 * CHUNK, "chunks"));
    const counted = await pushBlob(registry, REPO, blob);
    expect(counted.map(({ calls }) => ofS3(calls))).toEqual([
      [],
      ["PutObject"],
      ["GetObject", "CreateMultipartUpload", "UploadPart", "DeleteObject"],
      ["PutObject"],
      ["GetObject", "UploadPart", "CompleteMultipartUpload", "DeleteObject"],
    ]);
  });

  it("reads twice and writes once for a mount, whatever the size", async () => {
    const target = `/v2/team/other/blobs/uploads/?mount=${config.digest}`;
    const from = await registry.send({ method: "POST", target: `${target}&from=${REPO}` }, 201);
    expect(operations(from.calls)).toEqual(["BatchGetItem", "TransactWriteItems"]);
    const anywhere = await registry.send({ method: "POST", target }, 201);
    expect(operations(anywhere.calls)).toEqual(["BatchGetItem", "Query", "TransactWriteItems"]);
  });
});

describe("what a list asks of the stores", () => {
  it.each(["tags/list?n=2", `referrers/${small.manifest.digest}`])("queries once for %s", async (target) => {
    expect(operations(await callsOf("GET", target, 200))).toEqual(["Query"]);
  });

  it("queries once for a page of the catalog", async () => {
    const { calls } = await registry.send({ method: "GET", target: "/v2/_catalog?n=1" }, 200);
    expect(operations(calls)).toEqual(["Query"]);
  });
});
