import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { skopeo } from "../clients/support/containers-storage.ts";
import { freshDirectory, makeHugeImage, makeImage, randomFile } from "../clients/support/images.ts";
import { readLayout } from "../clients/support/repository.ts";
import { run } from "../clients/support/run.ts";
import { built } from "../clients/support/tools.ts";
import { reportOn } from "../doctor/support/patient.ts";
import { patterned } from "../support/bodies.ts";
import { digestOf, manifestOf, type RegistryClient, withDigest } from "./support/client.ts";
import { type DoorRecorder, recordDoor } from "./support/door-recorder.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";

/**
 * The whole stack behind its distribution: one host, as every client takes it. What the door was asked is recorded on the
 * way to it; what came to the API had to fit there.
 */

const stack = stackUnderTest({ door: "played" });
/** more than any request to the API carries */
const LAYER = 20_000_000;

let edge: RegistryClient;
let door: DoorRecorder;
beforeAll(async () => {
  door = await recordDoor(stack.stand.door?.url ?? "");
  edge = await stack.serveEdge({}, { door: door.url });
});
afterAll(() => door.stop());

const host = (): string => new URL(edge.url).host;
const methodsFor = (repository: string): readonly string[] =>
  door.asked.filter(({ path }) => path.startsWith(`/v2/${repository}/blobs/`)).map(({ method }) => method);

/** As docker does: POST, PATCH without a length, PUT. Sends credentials wherever it goes. */
async function pushAsDocker(repository: string, bytes: Buffer): Promise<string> {
  const headers = { Authorization: "Bearer of-the-client", Cookie: "session=of-the-client" };
  const begun = await edge.fetch(`/v2/${repository}/blobs/uploads/`, { method: "POST", headers });
  expect(begun.status).toBe(202);
  expect(begun.headers.get("location")).toMatch(/^\/v2\//);
  const body = ReadableStream.from([bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000)]);
  const location = begun.headers.get("location") ?? "";
  const patched = await edge.fetch(location, { method: "PATCH", headers, body, duplex: "half" });
  expect([patched.status, patched.headers.get("range")]).toEqual([202, `0-${bytes.length - 1}`]);
  const digest = digestOf(bytes);
  const next = withDigest(patched.headers.get("location") ?? "", digest);
  const put = await edge.fetch(next, { method: "PUT", headers });
  expect([put.status, put.headers.get("docker-content-digest")]).toEqual([201, digest]);
  return digest;
}

describe("a push through the edge", () => {
  it("goes to the door with what the API could not take, and stays at one host", async () => {
    const bytes = patterned(LAYER, "edge");
    const digest = await pushAsDocker("edge/docker", bytes);
    expect(digestOf(await edge.pullBlob("edge/docker", digest))).toBe(digest);
    expect(methodsFor("edge/docker")).toEqual(["PATCH", "PUT"]);
  });

  it("never shows the door what the client sends for the registry", async () => {
    await pushAsDocker("edge/credentials", patterned(1_000_000, "credentials"));
    expect(methodsFor("edge/credentials").length).toBeGreaterThan(0);
    expect(JSON.stringify(door.asked)).not.toContain("of-the-client");
    for (const { headers } of door.asked) {
      expect(headers).not.toHaveProperty("authorization");
      expect(headers).not.toHaveProperty("cookie");
    }
  });

  it.each(["a/blobs/uploads", "blobs/uploads", "blobs/uploads/blobs/uploads"])(
    "is whole in a repository called %s",
    async (repository) => {
      const blobs = [Buffer.from("{}"), patterned(LAYER, repository)];
      for (const bytes of blobs) await pushAsDocker(repository, bytes);
      const manifest = manifestOf(blobs);
      expect((await edge.putManifest(repository, "1", manifest)).status).toBe(201);
      const got = await edge.fetch(`/v2/${repository}/manifests/1`);
      expect(digestOf(Buffer.from(await got.arrayBuffer()))).toBe(digestOf(manifest));
      const tags = await edge.fetch(`/v2/${repository}/tags/list`);
      expect(await tags.json()).toEqual({ name: repository, tags: ["1"] });
      for (const bytes of blobs)
        expect(digestOf(await edge.pullBlob(repository, digestOf(bytes)))).toBe(digestOf(bytes));
      expect(new Set(methodsFor(repository))).toEqual(new Set(["PATCH", "PUT"]));
    },
  );

  it("is asked about, resumed and cancelled at the door", async () => {
    const location = await edge.startUpload("edge/status");
    const bytes = patterned(6_000_000, "status");
    await edge.fetch(location, { method: "PATCH", body: bytes, headers: { "Content-Range": "0-5999999" } });
    const status = await edge.fetch(location);
    expect([status.status, status.headers.get("range")]).toEqual([204, "0-5999999"]);
    expect((await edge.fetch(location, { method: "DELETE" })).status).toBe(204);
    expect((await edge.fetch(location)).status).toBe(404);
    expect(methodsFor("edge/status")).toEqual(["PATCH", "GET", "DELETE", "GET"]);
  });
});

describe("clients that take no other host for an upload", () => {
  it("oras: an image with a layer of 20 MB", async () => {
    const image = await makeImage(LAYER);
    const into = await freshDirectory("pulled");
    const name = `${host()}/edge/oras:1`;
    const from = `${image.layout}:${image.tag}`;
    await run([built("oras"), "cp", "--to-plain-http", "--from-oci-layout", from, name]);
    await run([built("oras"), "cp", "--from-plain-http", "--to-oci-layout", name, `${into}:${image.tag}`]);
    expect(await readLayout(into, image.tag)).toEqual(image.content);
    expect(methodsFor("edge/oras")).toContain("PUT");
  });

  it("oras: an image with a layer of 1 GiB", { timeout: 300_000 }, async () => {
    const image = await makeHugeImage();
    const into = await freshDirectory("pulled");
    const name = `${host()}/edge/huge:1`;
    const from = `${image.layout}:${image.tag}`;
    await run([built("oras"), "cp", "--to-plain-http", "--from-oci-layout", from, name]);
    await run([built("oras"), "cp", "--from-plain-http", "--to-oci-layout", name, `${into}:${image.tag}`]);
    expect(await readLayout(into, image.tag)).toEqual(image.content);
    for (const folder of [image.layout, into]) await rm(folder, { recursive: true });
  });

  it("helm: a chart of 20 MB", async () => {
    const directory = await freshDirectory("chart");
    const chart = join(directory, "pier");
    await mkdir(chart);
    await writeFile(join(chart, "Chart.yaml"), "apiVersion: v2\nname: pier\nversion: 1.0.0\n");
    // A chart takes no file of more than 5 MiB.
    for (const part of [1, 2, 3, 4]) await randomFile(join(chart, `${part}.bin`), LAYER / 4);
    const helm = (...parameters: string[]): Promise<string> => run([built("helm"), ...parameters]);
    await helm("package", chart, "--destination", directory);
    const packed = join(directory, "pier-1.0.0.tgz");
    await helm("push", "--plain-http", packed, `oci://${host()}/edge/helm`);
    const into = await freshDirectory("pulled");
    await helm("pull", "--plain-http", `oci://${host()}/edge/helm/pier`, "--version=1.0.0", "-d", into);
    expect((await readFile(join(into, "pier-1.0.0.tgz"))).equals(await readFile(packed))).toBe(true);
    expect(methodsFor("edge/helm/pier")).toContain("PUT");
  });
});

describe("clients that send PATCH", () => {
  it("skopeo and crane: an image with a layer of 20 MB", async () => {
    const image = await makeImage(LAYER);
    const name = `${host()}/edge/skopeo:1`;
    const from = `oci:${image.layout}:${image.tag}`;
    const exact = ["copy", "--preserve-digests", "--dest-tls-verify=false"];
    await skopeo(...exact, from, `docker://${name}`);
    await run([built("crane"), "copy", name, `${host()}/edge/crane:1`]);
    expect(await run([built("crane"), "validate", "--remote", `${host()}/edge/crane:1`])).toMatch(/^PASS/);
    expect(methodsFor("edge/skopeo")).toContain("PATCH");
  });
});

describe("berth doctor, pointed at the edge", { timeout: 120_000 }, () => {
  const failed = async (largeSize: string): Promise<readonly string[]> =>
    (await reportOn(edge.url, { largeSize })).checks
      .filter(({ status }) => status === "failed")
      .map(({ id }) => id);

  it("is green", async () => {
    expect(await failed("4m")).toEqual([]);
  });

  it("finds no way for a large blob closed but the single POST, which the API has to take", async () => {
    expect(await failed("20m")).toEqual(["large.post"]);
  });
});
