import { dirname, resolve } from "node:path";
import { BLOB_LIMITS, type Blobs, type ByteRange, type ObjectInfo } from "../../shared/ports/blobs.ts";
import { checkBlobKey, checkRange } from "../../shared/stores/blob-limits.ts";
import { createPlace, type Disk } from "./directory-disk.ts";
import { layoutOf } from "./directory-layout.ts";
import { leavesOf } from "./directory-listing.ts";
import { createMultiparts } from "./directory-multiparts.ts";
import { type BufferFor, findObject, freshBuffer, readObject, twoBuffers } from "./directory-reader.ts";
import { createTrash } from "./directory-trash.ts";
import { createWriteTemporary } from "./directory-writer.ts";
import { withDiskTrouble } from "./disk-trouble.ts";
import { createEnsureDirectory } from "./durable-directories.ts";
import type { FileSystem } from "./file-system.ts";

export interface DirectoryBlobsSettings {
  /** A directory of its own, made where it is missing; one process at a time. */
  readonly root: string;
  readonly fs: FileSystem;
  readonly newId: () => string;
}

/**
 * The Blob port on a directory. Deletes what a process that was killed left half done. BlobStoreUnavailableError where
 * the directory can't be used.
 */
export async function openDirectoryBlobs(settings: DirectoryBlobsSettings): Promise<Blobs> {
  const disk = diskOf({ ...settings, root: resolve(settings.root) });
  const { fs, layout } = disk;
  await disk.ensureDirectory(layout.root);
  // What is in it never has to outlast a power cut, so neither has its name.
  await fs.makeDirectory(layout.temporary);
  await disk.trash.empty();
  return { ...createMultiparts(disk), ...createObjects(disk) };
}

function diskOf({ root, fs: given, newId }: DirectoryBlobsSettings): Disk {
  const fs = withDiskTrouble(given);
  const layout = layoutOf(root);
  const trash = createTrash(fs, layout.temporary, newId);
  return {
    fs,
    layout,
    newId,
    trash,
    ensureDirectory: createEnsureDirectory(fs, root),
    writeTemporary: createWriteTemporary(fs, layout.temporary, newId),
    place: createPlace(fs, trash),
  };
}

type Objects = Pick<Blobs, "put" | "head" | "read" | "open" | "remove" | "list">;

function createObjects(disk: Disk): Objects {
  const { fs, layout } = disk;
  const find = async (key: string) => {
    checkBlobKey(key);
    return findObject(fs, layout.objectAt(key));
  };
  const read = async (key: string, range: ByteRange | undefined, bufferFor: BufferFor) => {
    const object = await find(key);
    if (!object) return undefined;
    if (range) checkRange(range, object.size);
    return readObject(object, range ?? { first: 0, last: object.size - 1 }, { ...disk, bufferFor });
  };
  return {
    put: async (key, body) => {
      checkBlobKey(key);
      const { path, size } = await disk.writeTemporary(body);
      try {
        const object = layout.objectAt(key);
        await disk.ensureDirectory(dirname(object));
        await disk.place(path, object);
      } catch (error) {
        await fs.removeFile(path).catch(() => "left for the next start");
        throw error;
      }
      return { key, size };
    },
    head: async (key) => (await find(key))?.size,
    read: (key, range) => read(key, range, freshBuffer),
    open: async (key, { range } = {}) => {
      const body = await read(key, range, twoBuffers());
      return body && { kind: "stream", body };
    },
    remove: async (key) => {
      checkBlobKey(key);
      await remove(disk, layout.objectAt(key));
    },
    list: (prefix, after) => list(disk, prefix, after),
  };
}

async function remove({ fs, trash }: Disk, path: string): Promise<void> {
  if ((await fs.removeFile(path)) === "directory") return trash.discard(path);
  // Also where nothing was there: an earlier call may have removed it, and failed to sync.
  await fs.syncDirectory(dirname(path));
}

async function list({ fs, layout }: Disk, prefix: string, after?: string) {
  const entries: ObjectInfo[] = [];
  let last = "";
  const place = after ? `${after} object` : "";
  for await (const { key, path } of leavesOf(layout.objects, { fs, prefix, after: place })) {
    if (entries.length === BLOB_LIMITS.page) return { entries, next: last };
    const found = await findObject(fs, path);
    if (found) entries.push({ key, size: found.size });
    last = key;
  }
  return { entries };
}
