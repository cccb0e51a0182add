import { describe, expect, it } from "vitest";
import { bytesOf, pushBlob, pushImage, putManifest, statusOf, tagsOf } from "../spec/support/client.ts";
import { content, digestOf, image, type ManifestContent } from "../spec/support/content.ts";
import { registry } from "../support/registry.ts";

const berth = registry();
const REPO = "concurrency/tags";
const WRITERS = Array.from({ length: 12 }, (_, at) => at);
const ROUNDS = berth.rounds(5);

/** Reads the tag until `state.writing` ends; every body must be the one that its digest header names. */
async function readAllTheTime(tag: string, state: { writing: boolean }): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  while (state.writing) {
    const response = await berth.fetch(`/v2/${REPO}/manifests/${tag}`);
    const bytes = await bytesOf(response);
    const digest = response.headers.get("Docker-Content-Digest") ?? "none";
    expect(response.status).toBe(200);
    expect(digestOf(bytes)).toBe(digest);
    expect(response.headers.get("Content-Length")).toBe(String(bytes.length));
    seen.add(digest);
  }
  return seen;
}

/** Differs by its writer and round, and is larger than what the tag's own item holds where `round` is odd. */
function manifestFor(config: ReturnType<typeof content>, writer: number, round: number): ManifestContent {
  const padding = round % 2 === 0 ? "" : "x".repeat(8000);
  return image({ config, fields: { annotations: { writer: `${writer}`, round: `${round}`, padding } } });
}

describe("many writers on one tag", () => {
  it("are all answered 201, while readers see one whole manifest at any time", async () => {
    const config = content("{}");
    await pushBlob(berth, REPO, config);
    await pushImage(berth, REPO, "first", "latest");
    const state = { writing: true };
    const readers = [1, 2, 3].map(() => readAllTheTime("latest", state));
    const written = new Set<string>();
    await Promise.all(
      WRITERS.map(async (writer) => {
        for (let round = 0; round < ROUNDS; round += 1) {
          const manifest = manifestFor(config, writer, round);
          written.add(manifest.digest);
          const response = await putManifest(berth, `/v2/${REPO}/manifests/latest`, manifest);
          expect(response.status).toBe(201);
        }
      }),
    );
    state.writing = false;
    const seen = (await Promise.all(readers)).flatMap((each) => [...each]);
    expect(new Set(seen).size).toBeGreaterThan(1);
    const last = await berth.fetch(`/v2/${REPO}/manifests/latest`);
    expect(written).toContain(last.headers.get("Docker-Content-Digest"));
  });

  it("and deletes of it leave the tag whole or gone", async () => {
    const config = content("{}");
    await pushBlob(berth, REPO, config);
    const manifest = manifestFor(config, 99, 1);
    await Promise.all(
      WRITERS.map(async (writer) => {
        for (let round = 0; round < ROUNDS; round += 1) {
          const method = (writer + round) % 3 === 0 ? "DELETE" : "PUT";
          const target = `/v2/${REPO}/manifests/fleeting`;
          const status =
            method === "PUT"
              ? (await putManifest(berth, target, manifest)).status
              : await statusOf(berth, target, method);
          expect(method === "PUT" ? [201] : [202, 404]).toContain(status);
        }
      }),
    );
    const status = await statusOf(berth, `/v2/${REPO}/manifests/fleeting`);
    expect((await tagsOf(berth, REPO)).includes("fleeting")).toBe(status === 200);
  });
});

describe("a delete beside a push of the same manifest", () => {
  it("leaves the manifest whole with its tag, or nothing of both", async () => {
    for (let round = 0; round < berth.rounds(20); round += 1) {
      const { manifest } = await pushImage(berth, REPO, `contested ${round}`, "contested");
      const target = `/v2/${REPO}/manifests`;
      const [pushed, deleted] = await Promise.all([
        putManifest(berth, `${target}/contested`, manifest),
        statusOf(berth, `${target}/${manifest.digest}`, "DELETE"),
      ]);
      expect([pushed.status, deleted]).toEqual([201, 202]);
      const byTag = await statusOf(berth, `${target}/contested`);
      const byDigest = await statusOf(berth, `${target}/${manifest.digest}`);
      expect([
        [200, 200],
        [404, 404],
      ]).toContainEqual([byTag, byDigest]);
    }
  });

  it("of a blob never lets a manifest through that was checked before", async () => {
    for (let round = 0; round < berth.rounds(20); round += 1) {
      const config = content(`{"round":${round}}`);
      await pushBlob(berth, REPO, config);
      const manifest = image({ config });
      const [pushed, deleted] = await Promise.all([
        putManifest(berth, `/v2/${REPO}/manifests/blob-${round}`, manifest),
        statusOf(berth, `/v2/${REPO}/blobs/${config.digest}`, "DELETE"),
      ]);
      expect(deleted).toBe(202);
      expect([201, 404]).toContain(pushed.status);
      // An explicit delete after the push does what it says; the manifest goes with the test.
      await statusOf(berth, `/v2/${REPO}/manifests/${manifest.digest}`, "DELETE");
    }
  });
});

describe("after all that", () => {
  it("every item agrees with every other", async () => {
    const { broken } = await berth.check();
    expect(broken).toEqual([]);
  });
});
