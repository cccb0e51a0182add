import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openDirectoryBlobs } from "../../local/stores/directory-blobs.ts";
import { createNodeFileSystem } from "../../local/stores/node-file-system.ts";
import { BLOB_LIMITS, type Blobs } from "../../shared/ports/blobs.ts";
import { bodyOf, collect, patterned, sameBytes } from "../support/bodies.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import type { Acknowledged } from "./blobs-child.ts";

const CHILD = fileURLToPath(new URL("blobs-child.ts", import.meta.url));

/** Runs the child until it has said so many lines, kills it, and returns every line that it said. */
async function killAfter(lines: number, root: string): Promise<readonly Acknowledged[]> {
  const child = spawn(process.execPath, [CHILD, root], { stdio: ["ignore", "pipe", "inherit"] });
  const said: Acknowledged[] = [];
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(JSON.parse(line));
      if (said.length === lines) child.kill("SIGKILL");
    }
  } finally {
    child.kill("SIGKILL");
  }
  return said;
}

const reopen = (root: string): Promise<Blobs> =>
  openDirectoryBlobs({ root, fs: createNodeFileSystem({ threads: 4 }), newId: randomUUID });

async function stateOf(blobs: Blobs, key: string): Promise<string> {
  const body = await blobs.read(key);
  if (!body) return "absent";
  const found = await collect(body);
  return sameBytes(found, patterned(found.length, key)) ? `${found.length} bytes` : "torn";
}

/** Each kill takes the start of a process. */
vi.setConfig({ testTimeout: 120_000 });

describe("invariant 2: what was acknowledged survives kill -9", () => {
  it("finds every object whole, and none that was removed, after each of 6 kills", async () => {
    const folder = await temporaryFolder();
    onTestFinished(folder.remove);
    const expected = new Map<string, string>();
    for (let round = 1; round <= 6; round += 1) {
      for (const { what, key, size } of await killAfter(round * 2, folder.path)) {
        if (what === "stored") expected.set(key, `${size} bytes`);
        if (what === "removing") expected.delete(key);
        if (what === "removed") expected.set(key, "absent");
      }
      const blobs = await reopen(folder.path);
      for (const [key, state] of expected) expect([key, await stateOf(blobs, key)]).toEqual([key, state]);
      const whole = { tails: ["100 bytes", "200000 bytes"], blobs: [`${BLOB_LIMITS.minPart + 1000} bytes`] };
      for (const { key } of (await blobs.list("tails/")).entries) {
        expect(whole.tails).toContain(await stateOf(blobs, key));
      }
      for (const { key } of (await blobs.list("blobs/")).entries) {
        expect(whole.blobs).toContain(await stateOf(blobs, key));
      }
      expect(await readdir(join(folder.path, "temporary"))).toEqual([]);
    }
  });

  it("goes on with an upload that a killed process left unfinished", async () => {
    const folder = await temporaryFolder();
    onTestFinished(folder.remove);
    await killAfter(10, folder.path);
    const blobs = await reopen(folder.path);
    for (const multipart of (await blobs.listMultiparts("")).entries) {
      const stored = await blobs.uploadPart(multipart, 7, bodyOf(patterned(10, "after")));
      expect(stored.outcome).toBe("stored");
      await blobs.abortMultipart(multipart);
    }
    expect((await blobs.listMultiparts("")).entries).toEqual([]);
  });
});
