import { describe, expect, it } from "vitest";
import { patterned } from "../support/bodies.ts";
import { digestOf, manifestOf, withDigest } from "./support/client.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";

/**
 * kill -9 of a function's process in the middle of a request, at its first access to a store, at its second, and so on
 * until one run goes through without being hit: so that every state between two accesses is seen. The access itself
 * still reaches the store, whose answer nobody hears; what it leaves is looked at once it has come to its end.
 */
const aim = { shots: 0, kill: (): void => {} };
const stack = stackUnderTest({
  watch: () => {
    if (aim.shots === 0) return;
    aim.shots -= 1;
    if (aim.shots === 0) aim.kill();
  },
});

interface Hit {
  readonly isHit: boolean;
  readonly status: number;
}

/** Sends a request whose function is killed at its access number `shots`. */
async function shootAt(routeKey: string, shots: number, send: () => Promise<Response>): Promise<Hit> {
  const target = stack.behind(routeKey);
  aim.kill = () => {
    for (const pid of target.pids()) process.kill(pid, "SIGKILL");
  };
  aim.shots = shots;
  const response = await send();
  await response.arrayBuffer();
  const isHit = aim.shots === 0;
  aim.shots = 0;
  await stack.stand.stores.idle();
  return { isHit, status: response.status };
}

/** Runs `round` with a kill at each access; it says whether it was hit. Resolves with the number of accesses. */
async function everyAccess(round: (shots: number) => Promise<Hit>): Promise<number> {
  for (let shots = 1; shots < 50; shots += 1) {
    if (!(await round(shots)).isHit) return shots - 1;
  }
  throw new Error("a request with 50 accesses: are they counted?");
}

const isThere = async (path: string): Promise<boolean> => {
  const response = await stack.client.fetch(path, { method: "HEAD" });
  if (response.status !== 200 && response.status !== 404) throw new Error(`HEAD ${path}: ${response.status}`);
  return response.status === 200;
};

/** The digest of what a pull of the blob gives, or `absent`. */
async function visibleBlob(repository: string, digest: string): Promise<string> {
  if (!(await isThere(`/v2/${repository}/blobs/${digest}`))) return "absent";
  return digestOf(await stack.client.pullBlob(repository, digest));
}

describe("a function that is killed in the middle of a request", () => {
  it("leaves a blob whole or absent, when it is killed in the closing PUT; the PUT can be repeated", async () => {
    const accesses = await everyAccess(async (shots) => {
      const bytes = patterned(3_000_000, `put-${shots}`);
      const digest = digestOf(bytes);
      const location = await stack.client.startUpload("killed/put");
      const put = () => stack.client.fetch(withDigest(location, digest), { method: "PUT", body: bytes });
      const hit = await shootAt("PUT /v2/{a}/{b}/blobs/uploads/{upload}", shots, put);
      expect(hit.status).toBe(hit.isHit ? 500 : 201);
      expect(["absent", digest]).toContain(await visibleBlob("killed/put", digest));
      expect(await stack.client.pushBlob("killed/put", bytes)).toBe(digest);
      expect(digestOf(await stack.client.pullBlob("killed/put", digest))).toBe(digest);
      return hit;
    });
    expect(accesses).toBeGreaterThan(2);
  });

  it("loses at most the chunk, when it is killed in a PATCH; the upload says from where to go on", async () => {
    const accesses = await everyAccess(async (shots) => {
      const bytes = patterned(50_000, `patch-${shots}`);
      const location = await stack.client.startUpload("killed/patch");
      const patch = (from: number, to: number) => () =>
        stack.client.fetch(location, {
          method: "PATCH",
          body: bytes.subarray(from, to),
          headers: { "Content-Range": `${from}-${to - 1}` },
        });
      expect((await patch(0, 20_000)()).status).toBe(202);
      const hit = await shootAt("PATCH /v2/{a}/{b}/blobs/uploads/{upload}", shots, patch(20_000, 40_000));
      const range = (await stack.client.fetch(location)).headers.get("range");
      const next = Number(range?.split("-")[1]) + 1;
      expect([20_000, 40_000]).toContain(next);
      expect((await patch(next, bytes.length)()).status).toBe(202);
      const put = await stack.client.fetch(withDigest(location, digestOf(bytes)), { method: "PUT" });
      expect(put.status).toBe(201);
      expect(digestOf(await stack.client.pullBlob("killed/patch", digestOf(bytes)))).toBe(digestOf(bytes));
      return hit;
    });
    expect(accesses).toBeGreaterThan(2);
  });

  it("shows a manifest whole with its tag, or neither, when it is killed in the PUT of it", async () => {
    const config = Buffer.from("{}");
    await stack.client.pushBlob("killed/manifest", config);
    const accesses = await everyAccess(async (shots) => {
      // its bytes have a home of their own, which is written first
      const manifest = manifestOf([config], {
        annotations: { shots: String(shots), long: "x".repeat(400_000) },
      });
      const tag = `t${shots}`;
      const put = () => stack.client.putManifest("killed/manifest", tag, manifest);
      const hit = await shootAt("PUT /v2/{a}/{b}/manifests/{reference}", shots, put);
      const path = "/v2/killed/manifest/manifests";
      const [byTag, byDigest] = [
        await isThere(`${path}/${tag}`),
        await isThere(`${path}/${digestOf(manifest)}`),
      ];
      expect(byTag).toBe(byDigest);
      expect((await put()).status).toBe(201);
      const got = await stack.client.fetch(`${path}/${tag}`);
      expect(digestOf(Buffer.from(await got.arrayBuffer()))).toBe(digestOf(manifest));
      return hit;
    });
    expect(accesses).toBeGreaterThan(2);
  });

  it("deletes a manifest with its tag, or neither, when it is killed in the DELETE of it", async () => {
    const config = Buffer.from("{}");
    await stack.client.pushBlob("killed/delete", config);
    const accesses = await everyAccess(async (shots) => {
      const manifest = manifestOf([config], { annotations: { shots: String(shots) } });
      const path = "/v2/killed/delete/manifests";
      expect((await stack.client.putManifest("killed/delete", `t${shots}`, manifest)).status).toBe(201);
      const remove = () => stack.client.fetch(`${path}/${digestOf(manifest)}`, { method: "DELETE" });
      const hit = await shootAt("DELETE /v2/{a}/{b}/manifests/{reference}", shots, remove);
      const [byTag, byDigest] = [
        await isThere(`${path}/t${shots}`),
        await isThere(`${path}/${digestOf(manifest)}`),
      ];
      expect(byTag).toBe(byDigest);
      expect([202, 404]).toContain((await remove()).status);
      expect(await isThere(`${path}/t${shots}`)).toBe(false);
      return hit;
    });
    expect(accesses).toBeGreaterThan(1);
  });
});
