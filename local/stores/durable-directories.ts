import { dirname } from "node:path";
import type { FileSystem } from "./file-system.ts";

/** Makes a directory and its parents where they are missing, and returns when they outlast a power cut. */
export type EnsureDirectory = (path: string) => Promise<void>;

/** Directories are synced also where they exist: whoever made them may have been killed before that. */
export function createEnsureDirectory(fs: FileSystem, root: string): EnsureDirectory {
  const ensured = new Map<string, Promise<void>>();
  const make = async (path: string): Promise<void> => {
    const parent = dirname(path);
    if (parent === path) return;
    await ensure(parent);
    const made = await fs.makeDirectory(path);
    const synced = fs.syncDirectory(parent);
    // Above the root most directories are not ours, and some we may not even read.
    await (made === "made" || path.startsWith(root) ? synced : synced.catch(() => "not ours"));
  };
  const ensure: EnsureDirectory = (path) => {
    const known = ensured.get(path);
    if (known) return known;
    const making = make(path);
    ensured.set(path, making);
    making.catch(() => ensured.delete(path));
    return making;
  };
  return ensure;
}
