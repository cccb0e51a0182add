import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backup } from "../../local/backup.ts";
import { copyTree } from "../../local/copy-tree.ts";
import { type BerthProcess, runBerth, spawnBerth } from "../support/berth-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let temporary: TemporaryFolder;
let berth: BerthProcess;
const data = () => join(temporary.path, "data");
beforeAll(async () => {
  temporary = await temporaryFolder();
  berth = await spawnBerth({ data: data() });
});
afterAll(async () => {
  await berth.kill("SIGKILL");
  await temporary.remove();
});

const digestOf = (bytes: string) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const CONFIG = "application/vnd.oci.image.config.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** An image of one blob and one manifest; acknowledged when this resolves. */
async function push(repo: string, tag: string): Promise<void> {
  const blob = `${tag}${"x".repeat(100_000)}`;
  const digest = digestOf(blob);
  const pushed = await berth.fetch(`/v2/${repo}/blobs/uploads/?digest=${digest}`, {
    method: "POST",
    body: blob,
  });
  expect(pushed.status).toBe(201);
  const config = { mediaType: CONFIG, digest, size: blob.length };
  const body = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [] });
  const headers = { "Content-Type": MANIFEST };
  const answer = await berth.fetch(`/v2/${repo}/manifests/${tag}`, { method: "PUT", headers, body });
  expect(answer.status).toBe(201);
}

const jsonOf = async <Body>(from: BerthProcess, path: string): Promise<Body> =>
  (await (await from.fetch(path)).json()) as Body;

/** Every tag with every blob that it names, whole. */
async function checkWhole(copy: BerthProcess, repo: string): Promise<readonly string[]> {
  const { tags } = await jsonOf<{ tags: string[] }>(copy, `/v2/${repo}/tags/list`);
  for (const tag of tags) {
    const manifest = await jsonOf<{ config: { digest: string } }>(copy, `/v2/${repo}/manifests/${tag}`);
    const blob = await (await copy.fetch(`/v2/${repo}/blobs/${manifest.config.digest}`)).text();
    expect(digestOf(blob)).toBe(manifest.config.digest);
  }
  return tags;
}

describe("berth backup", () => {
  it("while pushes run copies a registry that is whole, with all that was acknowledged before", async () => {
    const acknowledged: string[] = [];
    const done = new AbortController();
    const pusher = async (name: string) => {
      for (let at = 0; !done.signal.aborted; at += 1) {
        await push("busy", `${name}-${at}`);
        acknowledged.push(`${name}-${at}`);
      }
    };
    const pushers = [pusher("a"), pusher("b"), pusher("c")];
    await push("busy", "first");
    const before = [...acknowledged, "first"];
    const to = join(temporary.path, "busy");
    const { code, stdout } = await runBerth(["backup", "--data", data(), "--to", to]);
    done.abort();
    await Promise.all(pushers);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Copied the table and \d+ files/),
    });

    const copy = await spawnBerth({ data: to });
    const tags = await checkWhole(copy, "busy");
    for (const tag of before) expect(tags).toContain(tag);
    await copy.kill("SIGKILL");
  });

  it("has what comes while blobs are copied, where the table names it", async () => {
    const to = join(temporary.path, "between");
    await backup(data(), to, async (tree) => {
      const copied = await copyTree(tree);
      await push("between", "late");
      return copied;
    });
    const copy = await spawnBerth({ data: to });
    expect(await checkWhole(copy, "between")).toEqual(["late"]);
    await copy.kill("SIGKILL");
  });

  it("leaves the copy alone when the original changes", async () => {
    await push("still", "one");
    const to = join(temporary.path, "still");
    await backup(data(), to);
    await push("still", "two");
    const deleted = await berth.fetch("/v2/still/manifests/one", { method: "DELETE" });
    expect(deleted.status).toBe(202);
    const copy = await spawnBerth({ data: to });
    expect(await checkWhole(copy, "still")).toEqual(["one"]);
    await copy.kill("SIGKILL");
  });

  it("leaves unfinished uploads behind: in the copy they are unknown, and the client starts again", async () => {
    const begun = await berth.fetch("/v2/half/blobs/uploads/", { method: "POST" });
    const location = begun.headers.get("Location") ?? "";
    const five = { method: "PATCH", body: "x".repeat(6 * 1024 * 1024) };
    expect((await berth.fetch(location, five)).status).toBe(202);
    const to = join(temporary.path, "half");
    await backup(data(), to);
    const copy = await spawnBerth({ data: to });
    const next = await copy.fetch(location, { method: "PATCH", body: "more" });
    expect(next.status).toBeLessThan(500);
    const last = await copy.fetch(`${location}&digest=${digestOf("x".repeat(6 * 1024 * 1024))}`, {
      method: "PUT",
    });
    expect(last.status).toBeGreaterThanOrEqual(400);
    expect(last.status).toBeLessThan(500);
    await copy.kill("SIGKILL");
  });

  it("makes a folder that only its owner may look into", async () => {
    const to = join(temporary.path, "private");
    await backup(data(), to);
    expect(statSync(to).mode & 0o777).toBe(0o700);
    expect(readdirSync(to).toSorted()).toEqual(["blobs", "format.json", "table.sqlite"]);
  });

  it("takes an empty folder, and refuses one that is not", async () => {
    const to = join(temporary.path, "given");
    mkdirSync(to);
    await backup(data(), to);
    await expect(backup(data(), to)).rejects.toThrow(
      /given is not empty: name a new or an empty folder with --to/,
    );
  });

  it("refuses what is no data folder of this version", async () => {
    const newer = join(temporary.path, "newer");
    mkdirSync(newer);
    await expect(backup(newer, join(temporary.path, "x"))).rejects.toThrow(/there is no registry in /);
    writeFileSync(join(newer, "format.json"), '{"format":9}');
    await expect(backup(newer, join(temporary.path, "x"))).rejects.toThrow(/has format 9/);
  });
});

describe("copying a tree", () => {
  it("shares the bytes of files on one file system, and adds only what is new", async () => {
    const [from, to] = [join(temporary.path, "from"), join(temporary.path, "to")];
    mkdirSync(join(from, "a"), { recursive: true });
    writeFileSync(join(from, "a", "one"), "12345");
    expect(await copyTree({ from, to })).toEqual({ files: 1, bytes: 5 });
    expect(statSync(join(to, "a", "one")).ino).toBe(statSync(join(from, "a", "one")).ino);
    writeFileSync(join(from, "two"), "123");
    expect(await copyTree({ from, to })).toEqual({ files: 1, bytes: 3 });
  });

  it("copies nothing where there is nothing", async () => {
    const gone = { from: join(temporary.path, "gone"), to: join(temporary.path, "copy-of-gone") };
    expect(await copyTree(gone)).toEqual({ files: 0, bytes: 0 });
  });
});
