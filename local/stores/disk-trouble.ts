import { BlobStoreUnavailableError } from "../../shared/ports/blobs.ts";
import type { FileSystem, NewFile, OpenFile } from "./file-system.ts";

/** What an operator can do about it. */
const CURES: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full: free some space",
  EDQUOT: "the quota is used up: free some space or raise it",
  EIO: "the disk fails: check its health",
  EROFS: "the file system is mounted read-only",
  EACCES: "the registry may not use its data folder: check the owner and the permissions",
  EMFILE: "too many files are open: raise the limit (ulimit -n)",
  ENFILE: "the machine has too many files open",
};

/** The same file system, whose errors say that the store can't serve now, and why. */
export function withDiskTrouble(fs: FileSystem): FileSystem {
  return {
    createFile: guard(async (path) => guardNewFile(await fs.createFile(path))),
    openFile: guard(async (path) => {
      const file = await fs.openFile(path);
      return file && guardOpenFile(file);
    }),
    stat: guard(fs.stat),
    readDirectory: guard(fs.readDirectory),
    makeDirectory: guard(fs.makeDirectory),
    rename: guard(fs.rename),
    removeFile: guard(fs.removeFile),
    removeDirectory: guard(fs.removeDirectory),
    syncDirectory: guard(fs.syncDirectory),
  };
}

const guardNewFile = (file: NewFile): NewFile => ({
  write: guard(file.write),
  sync: guard(file.sync),
  close: guard(file.close),
});

const guardOpenFile = (file: OpenFile): OpenFile => ({
  size: file.size,
  read: guard(file.read),
  close: guard(file.close),
});

function guard<Call extends readonly unknown[], Answer>(
  work: (...call: Call) => Promise<Answer>,
): (...call: Call) => Promise<Answer> {
  return async (...call) => {
    try {
      return await work(...call);
    } catch (cause) {
      throw new BlobStoreUnavailableError(explain(cause), { cause });
    }
  };
}

function explain(cause: unknown): string {
  if (!(cause instanceof Error)) return "the disk refused";
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  return CURES[code] ?? `the disk refused: ${cause.message}`;
}
