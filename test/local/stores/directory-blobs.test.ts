import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openDirectoryBlobs } from "../../../local/stores/directory-blobs.ts";
import type { FileSystem } from "../../../local/stores/file-system.ts";
import { createNodeFileSystem } from "../../../local/stores/node-file-system.ts";
import { BLOB_LIMITS, type Blobs } from "../../../shared/ports/blobs.ts";
import { storeInParts } from "../../contract/blobs/support.ts";
import { bodyOf, collect, patterned, sameBytes } from "../../support/bodies.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

const KEY = "blobs/2026-11-24/object";
const PIECES = [patterned(BLOB_LIMITS.minPart, 1), patterned(BLOB_LIMITS.minPart, 2), patterned(100, 3)];

let folder: TemporaryFolder;
let blobs: Blobs;
/** how many files are open for reading */
let open = 0;
/** how often a file that was to be read was not there */
let missed = 0;
/** what is done on the disk, but not told before this resolves */
let renamesTold = Promise.resolve();

beforeEach(async () => {
  folder = await temporaryFolder();
  open = 0;
  missed = 0;
  renamesTold = Promise.resolve();
  blobs = await openDirectoryBlobs({ root: folder.path, fs: counting(disk), newId: randomUUID });
});
afterEach(() => folder.remove());

const disk = createNodeFileSystem({ threads: 4 });
const counting = (fs: FileSystem): FileSystem => ({
  ...fs,
  rename: async (from, to) => {
    const answer = await fs.rename(from, to);
    await renamesTold;
    return answer;
  },
  openFile: async (path) => {
    const file = await fs.openFile(path);
    if (!file) {
      missed += 1;
      return undefined;
    }
    open += 1;
    return {
      ...file,
      close: async () => {
        await file.close();
        open -= 1;
      },
    };
  },
});

const readIterator = async (key: string) => {
  const body = await blobs.read(key);
  if (!body) throw new Error("the object should be there");
  return body[Symbol.asyncIterator]();
};

describe("reading from the directory", () => {
  it("opens nothing before somebody reads, and closes what it opened when that one stops", async () => {
    await storeInParts(blobs, KEY, PIECES);
    const body = await readIterator(KEY);
    expect(open).toBe(0);
    await body.next();
    expect(open).toBe(1);
    await body.return?.();
    expect(open).toBe(0);
    await collect((await blobs.read(KEY)) ?? bodyOf(Buffer.alloc(0)));
    expect(open).toBe(0);
  });

  it("reads an object to its end where it is removed or replaced after the first bytes", async () => {
    for (const change of [() => blobs.remove(KEY), () => blobs.put(KEY, bodyOf(patterned(7, "other")))]) {
      await storeInParts(blobs, KEY, PIECES);
      const body = await readIterator(KEY);
      const first = await body.next();
      await change();
      const rest = await collect({ [Symbol.asyncIterator]: () => body });
      expect(sameBytes(Buffer.concat([first.value, rest]), Buffer.concat(PIECES))).toBe(true);
      expect(await readdir(join(folder.path, "temporary"))).toEqual([]);
    }
  });

  it("reads on where the next part is looked for in the very moment of the removal", async () => {
    await storeInParts(blobs, KEY, PIECES);
    const body = await readIterator(KEY);
    const first = await body.next();
    const told = Promise.withResolvers<void>();
    renamesTold = told.promise;
    const removing = blobs.remove(KEY);
    const rest = collect({ [Symbol.asyncIterator]: () => body });
    await vi.waitFor(() => expect(missed).toBe(1));
    told.resolve();
    expect(sameBytes(Buffer.concat([first.value, await rest]), Buffer.concat(PIECES))).toBe(true);
    await removing;
    expect(await blobs.head(KEY)).toBeUndefined();
  });

  it("fails where the object is removed before the first bytes are asked for", async () => {
    await storeInParts(blobs, KEY, PIECES);
    const body = await readIterator(KEY);
    await blobs.remove(KEY);
    await expect(body.next()).rejects.toMatchObject({ name: "BlobStoreUnavailableError" });
  });

  it("fails, and does not serve less, where a file of an object has lost its end", async () => {
    await blobs.put(KEY, bodyOf(patterned(1000, KEY)));
    const body = await readIterator(KEY);
    await writeFile(join(folder.path, "objects", `${KEY}.object`), "short");
    await expect(body.next()).rejects.toMatchObject({ name: "BlobStoreUnavailableError" });
  });
});

describe("the folder", () => {
  it("is emptied of what a killed process was writing or removing, and of nothing else", async () => {
    await storeInParts(blobs, KEY, PIECES);
    const temporary = join(folder.path, "temporary");
    await writeFile(join(temporary, randomUUID()), "half a part");
    await mkdir(join(temporary, "removed"));
    await writeFile(join(temporary, "removed", "00001-4-part"), "part");
    const reopened = await openDirectoryBlobs({ root: folder.path, fs: disk, newId: randomUUID });
    expect(await readdir(temporary)).toEqual([]);
    expect(await reopened.head(KEY)).toBe(Buffer.concat(PIECES).length);
  });

  it("may hold files that are not ours: they are not listed", async () => {
    await blobs.put(KEY, bodyOf(Buffer.from("ours")));
    await writeFile(join(folder.path, "objects", ".DS_Store"), "");
    await writeFile(join(folder.path, "objects", "blobs", "NOTES.txt"), "");
    expect((await blobs.list("")).entries).toEqual([{ key: KEY, size: 4 }]);
  });
});

describe("memory", () => {
  it("does not grow with the object: 512 MB go in and out with less than half of that", async () => {
    const child = fileURLToPath(new URL("blobs-memory-child.ts", import.meta.url));
    const size = 512 * 1024 * 1024;
    const { stdout } = await promisify(execFile)(process.execPath, [child, folder.path, String(size)]);
    const { read, peak } = JSON.parse(stdout);
    expect(read).toBe(size);
    expect(peak).toBeLessThan(size / 2);
  });
});
