import { describe, expect, it } from "vitest";
import { contentOf } from "../../shared/client/content.ts";
import { parseDigest } from "../../shared/oci/digest.ts";
import { parseRepoName } from "../../shared/oci/names.ts";
import { collect, patterned, sameBytes } from "../support/bodies.ts";
import { byTag, imageManifest, sha256, tag } from "../support/domain.ts";
import { stopServers } from "../support/serving.ts";
import { clientOf, closeClients, differs, startRegistry } from "./support/clients.ts";
import { json } from "./support/guards.ts";

stopServers();
closeClients();

const repo = parseRepoName("team/app");
const MIB = 1024 * 1024;
const bytes = patterned(4 * MIB, "push");
const blob = { digest: sha256(bytes), content: contentOf(bytes) };

describe("a blob that is pushed", () => {
  it("goes on where the upload's status says, after a request that came to nothing", async () => {
    const ranges: string[] = [];
    let patches = 0;
    const { url } = await startRegistry((handler) => async (request) => {
      if (request.method !== "PATCH") return handler(request);
      ranges.push(request.header("content-range") ?? "");
      patches += 1;
      const answer = await handler(request);
      // The second one arrived, and its answer is lost.
      return patches === 2 ? json(503, {}, { "Retry-After": "11" }) : answer;
    });
    const client = clientOf(url);
    expect(await client.pushBlob(repo, blob, { partSize: MIB })).toBe("sent");
    expect(ranges).toEqual([0, 1, 2, 3].map((part) => `${part * MIB}-${(part + 1) * MIB - 1}`));
    expect(client.pauses).toEqual([11_000]);
    expect(sameBytes(await collect(client.pullBlob(repo, blob.digest)), bytes)).toBe(true);
  });

  it("is not sent where it is there", async () => {
    const client = clientOf((await startRegistry()).url);
    expect(await client.pushBlob(repo, blob)).toBe("sent");
    expect(await client.pushBlob(repo, blob)).toBe("present");
  });

  it("is sent where its sender may push and not look, and where neither, they hear why from the push", async () => {
    const refused = (why: string) => json(403, { errors: [{ code: "DENIED", message: why }] });
    const { url } = await startRegistry((handler) => async (request) => {
      if (request.method === "HEAD") return { ...refused(""), body: { kind: "empty" } };
      const isHere = request.path.startsWith(`/v2/${repo}/`);
      return isHere || request.method === "GET" ? handler(request) : refused("no right to push there");
    });
    const client = clientOf(url);
    for (let times = 0; times < 2; times += 1) expect(await client.pushBlob(repo, blob)).toBe("sent");
    expect(sameBytes(await collect(client.pullBlob(repo, blob.digest)), bytes)).toBe(true);
    await expect(client.pushBlob(parseRepoName("other"), blob)).rejects.toMatchObject({
      status: 403,
      reason: "DENIED",
      message: expect.stringContaining("no right to push there"),
    });
  });

  it("is never committed with other bytes than the digest's", async () => {
    const client = clientOf((await startRegistry()).url);
    const other = sha256(Buffer.from("other"));
    for (const content of [contentOf(bytes), contentOf(bytes.subarray(0, 100))]) {
      await expect(client.pushBlob(repo, { digest: other, content })).rejects.toMatchObject({
        name: "DamagedError",
      });
    }
    expect(await client.hasBlob(repo, other)).toBe(false);
  });

  it("is mounted from where it is, and not from where it is not", async () => {
    const client = clientOf((await startRegistry()).url);
    const other = parseRepoName("other");
    await client.pushBlob(repo, blob);
    expect(await client.mountBlob(other, blob.digest, repo)).toBe(true);
    expect(await client.hasBlob(other, blob.digest)).toBe(true);
    const absent = parseDigest(`sha256:${"0".repeat(64)}`);
    expect(await client.mountBlob(other, absent, repo)).toBe(false);
    await client.deleteBlob(other, blob.digest);
    expect(await client.hasBlob(other, blob.digest)).toBe(differs("blobs are everywhere"));
    if (differs("blobs are everywhere")) {
      for (const name of [repo, other]) await client.deleteBlob(name, blob.digest);
    }
    await expect(client.deleteBlob(other, blob.digest)).rejects.toMatchObject({ reason: "BLOB_UNKNOWN" });
  });

  it("is not mounted where the registry begins an upload instead, at whatever place", async () => {
    const { url } = await startRegistry(() => async () => json(202, {}, { Location: "http://[" }));
    expect(await clientOf(url).mountBlob(repo, blob.digest, parseRepoName("other"))).toBe(false);
  });
});

describe("a manifest", () => {
  const config = Buffer.from("{}");
  const manifest = imageManifest({ config });
  const outgoing = {
    digest: sha256(manifest),
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    bytes: manifest,
  };

  it("is resolved, got, put and deleted by tag and digest", async () => {
    const client = clientOf((await startRegistry()).url);
    await expect(client.putManifest(repo, { ...outgoing, tags: [] })).rejects.toMatchObject({
      reason: differs("missing blobs make a manifest invalid") ? "MANIFEST_INVALID" : "MANIFEST_BLOB_UNKNOWN",
    });
    await client.pushBlob(repo, { digest: sha256(config), content: contentOf(config) });
    await client.putManifest(repo, { ...outgoing, tags: [tag("1"), tag("2")] });
    const { digest, mediaType } = outgoing;
    expect(await client.resolve(repo, byTag("2"))).toEqual({ digest, mediaType, size: manifest.length });
    const got = await client.getManifest(repo, byTag("1"));
    expect(sameBytes(got.bytes, manifest)).toBe(true);
    await client.deleteManifest(repo, byTag("1"));
    await expect(client.resolve(repo, byTag("1"))).rejects.toMatchObject({ reason: "MANIFEST_UNKNOWN" });
    await client.deleteManifest(repo, { kind: "digest", digest });
    await expect(client.getManifest(repo, byTag("2"))).rejects.toMatchObject({ reason: "MANIFEST_UNKNOWN" });
  });

  it("and a blob are deleted, also where the answer that says it was lost", async () => {
    let deletions = 0;
    const { url } = await startRegistry((handler) => async (request) => {
      const answer = await handler(request);
      if (request.method !== "DELETE") return answer;
      deletions += 1;
      return deletions % 2 === 1 ? json(502, {}) : answer;
    });
    const client = clientOf(url);
    await client.pushBlob(repo, { digest: sha256(config), content: contentOf(config) });
    await client.putManifest(repo, { ...outgoing, tags: [tag("1")] });
    const reference = { kind: "digest", digest: outgoing.digest } as const;
    await client.deleteManifest(repo, reference);
    await client.deleteBlob(repo, sha256(config));
    await expect(client.getManifest(repo, reference)).rejects.toMatchObject({ reason: "MANIFEST_UNKNOWN" });
  });

  it("is not taken for deleted where it was not there, and the first try came too soon", async () => {
    let deletions = 0;
    const { url } = await startRegistry((handler) => async (request) => {
      if (request.method === "DELETE") deletions += 1;
      return deletions === 1 ? json(429, {}) : handler(request);
    });
    const reference = { kind: "digest", digest: outgoing.digest } as const;
    await expect(clientOf(url).deleteManifest(repo, reference)).rejects.toMatchObject({
      name: "RegistryRefusal",
    });
    expect(deletions).toBe(2);
  });

  it("without an end is given up", async () => {
    async function* endless() {
      for (;;) yield Buffer.alloc(64 * 1024);
    }
    const { url } = await startRegistry(() => async () => ({
      status: 200,
      headers: { "Content-Type": outgoing.mediaType },
      body: { kind: "stream", body: endless() },
    }));
    await expect(clientOf(url).getManifest(repo, byTag("1"))).rejects.toMatchObject({
      name: "RegistryFailure",
      message: expect.stringMatching(/manifests\/1 has an answer of more than 16 MiB/),
    });
  });

  it("is refused where its bytes have another digest than was asked for, or than the registry says", async () => {
    const { url } = await startRegistry(() => async () => ({
      status: 200,
      headers: {
        "Content-Type": outgoing.mediaType,
        "Content-Length": "2",
        "Docker-Content-Digest": outgoing.digest,
      },
      body: { kind: "bytes", bytes: "{}" },
    }));
    const client = clientOf(url);
    for (const reference of [byTag("1"), { kind: "digest", digest: outgoing.digest } as const]) {
      await expect(client.getManifest(repo, reference)).rejects.toMatchObject({ name: "DamagedError" });
    }
    const other = sha256(Buffer.from("other"));
    await expect(client.resolve(repo, { kind: "digest", digest: other })).rejects.toMatchObject({
      name: "DamagedError",
    });
  });
});
