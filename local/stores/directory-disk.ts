import { dirname } from "node:path";
import { BlobStoreUnavailableError } from "../../shared/ports/blobs.ts";
import type { Layout } from "./directory-layout.ts";
import type { Trash } from "./directory-trash.ts";
import type { WriteTemporary } from "./directory-writer.ts";
import type { EnsureDirectory } from "./durable-directories.ts";
import type { FileSystem } from "./file-system.ts";

/** What every operation on the directory works with. */
export interface Disk {
  readonly fs: FileSystem;
  readonly layout: Layout;
  readonly newId: () => string;
  readonly trash: Trash;
  readonly ensureDirectory: EnsureDirectory;
  readonly writeTemporary: WriteTemporary;
  readonly place: Place;
}

/** Makes what lies at `from`, whole and durable, the object at `to`, in place of an older one. Durable when it returns. */
export type Place = (from: string, to: string) => Promise<void>;

const MISSING = "a folder of the blob store is missing: restore it, or restart to have it made again";

export function createPlace(fs: FileSystem, trash: Trash): Place {
  const place: Place = async (from, to) => {
    const moved = await fs.rename(from, to);
    if (moved === "absent") throw new BlobStoreUnavailableError(MISSING);
    if (moved === "occupied") {
      // Only a file takes the place of a file in one step. Keys are used once, so this is for those who don't.
      await trash.discard(to);
      return place(from, to);
    }
    try {
      await fs.syncDirectory(dirname(to));
    } catch (error) {
      // Not acknowledged, so not visible; an upload can be completed again.
      await fs.rename(to, from).catch(() => "stayed");
      throw error;
    }
  };
  return place;
}
