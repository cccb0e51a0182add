import { dirname } from "node:path";
import type { FileSystem } from "./file-system.ts";

/** Makes a directory and its parents where they are missing, and returns when they outlast a power cut. */
export type EnsureDirectory = (path: string) => Promise<void>;

export function createEnsureDirectory(fs: FileSystem): EnsureDirectory {
  const ensured = new Map<string, Promise<void>>();
  const make = async (path: string): Promise<void> => {
    const made = await fs.makeDirectory(path);
    if (made === "no parent") {
      await ensure(dirname(path));
      return make(path);
    }
    // Also where it exists: whoever made it may have died before this.
    await fs.syncDirectory(dirname(path));
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
