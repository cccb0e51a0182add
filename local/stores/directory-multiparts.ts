import { dirname, join } from "node:path";
import {
  BLOB_LIMITS,
  type Blobs,
  type Multipart,
  type ObjectPage,
  type Part,
} from "../../shared/ports/blobs.ts";
import { checkBlobKey, checkCompletion, checkPartNumber } from "../../shared/stores/blob-limits.ts";
import type { Disk } from "./directory-disk.ts";
import { isUploadId, partName, partsIn } from "./directory-layout.ts";
import { leavesOf } from "./directory-listing.ts";
import { createKeyedLock } from "./keyed-lock.ts";

export type Multiparts = Pick<
  Blobs,
  "createMultipart" | "uploadPart" | "completeMultipart" | "abortMultipart" | "listMultiparts"
>;

/**
 * An upload is a directory of parts; completing it renames the directory. What changes the parts of one upload goes one
 * after another, so that a part comes before the completion or finds the upload gone.
 */
export function createMultiparts(disk: Disk): Multiparts {
  const { fs, layout, newId, trash } = disk;
  const locked = createKeyedLock();
  return {
    createMultipart: async (key) => {
      checkBlobKey(key);
      const multipart = { key, id: newId() };
      await createUpload(disk, layout.uploadAt(multipart));
      return multipart;
    },
    uploadPart: async (multipart, number, body) => {
      checkPartNumber(number);
      const path = uploadPath(disk, multipart);
      if (!path || !(await fs.stat(path))) return { outcome: "gone" };
      const written = await disk.writeTemporary(body);
      const part: Part = { number, etag: newId(), size: written.size };
      const added = await locked(path, () => addPart(disk, { from: written.path, upload: path, part }));
      return added ? { outcome: "stored", part } : { outcome: "gone" };
    },
    completeMultipart: async (multipart, parts) => {
      const path = uploadPath(disk, multipart);
      if (!path) return { outcome: "gone" };
      const completed = await locked(path, () => complete(disk, { upload: path, key: multipart.key, parts }));
      return { outcome: completed ? "completed" : "gone" };
    },
    abortMultipart: async (multipart) => {
      const path = uploadPath(disk, multipart);
      if (path) await locked(path, () => trash.discard(path));
    },
    listMultiparts: (prefix, after = "") => listMultiparts(disk, prefix, after),
  };
}

/** undefined for an id that is none of ours */
function uploadPath({ layout }: Disk, multipart: Multipart): string | undefined {
  checkBlobKey(multipart.key);
  return isUploadId(multipart.id) ? layout.uploadAt(multipart) : undefined;
}

async function createUpload({ fs, ensureDirectory }: Disk, path: string): Promise<void> {
  await ensureDirectory(dirname(path));
  await fs.makeDirectory(path);
  try {
    await fs.syncDirectory(dirname(path));
  } catch (error) {
    await fs.removeDirectory(path).catch(() => "left, but unknown to the caller");
    throw error;
  }
}

async function addPart(
  { fs }: Disk,
  { from, upload, part }: { from: string; upload: string; part: Part },
): Promise<boolean> {
  const path = join(upload, partName(part));
  const before = await fs.readDirectory(upload);
  const moved = before ? await fs.rename(from, path) : "absent";
  if (moved !== "renamed" || !before) {
    await fs.removeFile(from);
    return false;
  }
  try {
    await fs.syncDirectory(upload);
  } catch (error) {
    await fs.removeFile(path).catch(() => "left, but unknown to the caller");
    throw error;
  }
  // The part that this one replaces. Should a power cut bring it back, completing drops it again.
  for (const older of partsIn(before)) {
    if (older.number === part.number) await fs.removeFile(join(upload, partName(older)));
  }
  return true;
}

async function complete(
  disk: Disk,
  { upload, key, parts }: { upload: string; key: string; parts: readonly Part[] },
): Promise<boolean> {
  const { fs, layout } = disk;
  const names = await fs.readDirectory(upload);
  const object = layout.objectAt(key);
  await disk.ensureDirectory(dirname(object));
  if (!names) {
    // Who asks again will look for the object: what an earlier process renamed must not vanish after that.
    await fs.syncDirectory(dirname(object));
    return false;
  }
  const stored = new Set(names);
  checkCompletion(parts, (part) => stored.has(partName(part)));
  const wanted = new Set(parts.map(partName));
  for (const name of names) if (!wanted.has(name)) await fs.removeFile(join(upload, name));
  await fs.syncDirectory(upload);
  await disk.place(upload, object);
  return true;
}

async function listMultiparts(
  { fs, layout }: Disk,
  prefix: string,
  after: string,
): Promise<ObjectPage<Multipart>> {
  const entries: Multipart[] = [];
  let last = "";
  for await (const { key, ending, place } of leavesOf(layout.uploads, { fs, prefix, after })) {
    if (entries.length === BLOB_LIMITS.page) return { entries, next: last };
    entries.push({ key, id: ending });
    last = place;
  }
  return { entries };
}
