import { dirname, join } from "node:path";
import type { FileSystem } from "./file-system.ts";

/** Keeps a directory from being deleted, though not from being moved, while someone reads what is in it. */
export interface Lease {
  /** Where the directory is now; it may be about to move. */
  readonly path: () => string;
  /** Resolves when it is not about to move. */
  readonly settled: () => Promise<unknown>;
  readonly release: () => Promise<void>;
}

/** Takes things out of sight at once, and deletes them when nobody reads them any more. */
export interface Trash {
  readonly lease: (path: string) => Lease;
  /** Durable when it returns, also where nothing is there. */
  readonly discard: (path: string) => Promise<void>;
  /** Deletes what an earlier process left. */
  readonly empty: () => Promise<void>;
}

interface Place {
  path: string;
  discarded: boolean;
  leases: number;
  moving: Promise<unknown>;
}

export function createTrash(fs: FileSystem, directory: string, newId: () => string): Trash {
  const places = new Map<string, Place>();
  const lease = (path: string) => {
    const place = places.get(path) ?? { path, discarded: false, leases: 0, moving: Promise.resolve() };
    places.set(path, place);
    place.leases += 1;
    const release = async () => {
      place.leases -= 1;
      if (place.leases > 0) return;
      if (places.get(path) === place) places.delete(path);
      // It is out of sight already: where this fails, the next start tries again.
      if (place.discarded) await destroy(fs, place.path).catch(() => {});
    };
    return { place, release };
  };
  return {
    lease: (path) => {
      const { place, release } = lease(path);
      return { path: () => place.path, settled: () => place.moving, release };
    },
    discard: async (path) => {
      const { place, release } = lease(path);
      try {
        const trashed = join(directory, newId());
        const moving = fs.rename(path, trashed);
        place.moving = moving.catch(() => "stayed");
        const moved = (await moving) === "renamed";
        if (moved) place.path = trashed;
        if (moved && places.get(path) === place) places.delete(path);
        // Before anything in it is deleted: a power cut that brought it back would bring it back torn.
        await fs.syncDirectory(dirname(path));
        place.discarded = moved;
      } finally {
        await release();
      }
    },
    empty: async () => {
      const left = (await fs.readDirectory(directory)) ?? [];
      // The earlier process may have died between moving something here and syncing where it was.
      if (left.length > 0) await fs.syncDirectory(directory);
      for (const name of left) await destroy(fs, join(directory, name));
    },
  };
}

async function destroy(fs: FileSystem, path: string): Promise<void> {
  if ((await fs.removeFile(path)) !== "directory") return;
  for (const name of (await fs.readDirectory(path)) ?? []) await destroy(fs, join(path, name));
  await fs.removeDirectory(path);
}
