import { type FileHandle, mkdir, open, readdir, rename, rmdir, stat, unlink } from "node:fs/promises";
import type { FileSystem, NewFile, OpenFile } from "./file-system.ts";
import { createGate, createShared, type Gate } from "./gate.ts";

export interface NodeFileSystemSettings {
  /** libuv's threads (UV_THREADPOOL_SIZE, 4 where it is not set): at most half of them wait in fsync at any time */
  readonly threads: number;
}

/** The real disk. fsync may take seconds; some threads stay free of it, so that reading goes on meanwhile. */
export function createNodeFileSystem({ threads }: NodeFileSystemSettings): FileSystem {
  const syncs = createGate(Math.max(1, Math.floor(threads / 2)));
  const syncOnce = createShared((path: string) => syncDirectory(path), syncs);
  return {
    createFile: async (path) => newFile(await open(path, "wx", FILE_MODE), syncs),
    openFile: (path) => unless(READ_ANSWERS, () => openFile(path)),
    stat: (path) => unless(READ_ANSWERS, () => statOf(path)),
    readDirectory: (path) => unless(READ_ANSWERS, () => readdir(path)),
    makeDirectory: (path) =>
      unless(MKDIR_ANSWERS, () => mkdir(path, FOLDER_MODE).then(() => "made" as const)),
    rename: (from, to) => unless(RENAME_ANSWERS, () => rename(from, to).then(() => "renamed" as const)),
    removeFile: (path) => unless(UNLINK_ANSWERS, () => unlink(path).then(() => "removed" as const)),
    removeDirectory: (path) => rmdir(path),
    syncDirectory: (path) => unless(SYNC_ANSWERS, () => syncOnce(path)),
  };
}

/** Layers may hold secrets: for nobody but the owner. */
const [FILE_MODE, FOLDER_MODE] = [0o600, 0o700];

const READ_ANSWERS = { ENOENT: undefined, ENOTDIR: undefined } as const;
const MKDIR_ANSWERS = { EEXIST: "exists", ENOENT: "no parent" } as const;
const SYNC_ANSWERS = { ENOENT: "absent" } as const;
const RENAME_ANSWERS = {
  ENOENT: "absent",
  ENOTEMPTY: "occupied",
  EEXIST: "occupied",
  ENOTDIR: "occupied",
  EISDIR: "occupied",
} as const;
/** Linux says EISDIR, POSIX and macOS EPERM. */
const UNLINK_ANSWERS = { ENOENT: "absent", EISDIR: "directory", EPERM: "directory" } as const;

/** Turns the error codes that are answers into what they mean. */
async function unless<Result, Codes extends Readonly<Record<string, unknown>>>(
  answers: Codes,
  work: () => Promise<Result>,
): Promise<Result | Codes[keyof Codes]> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (code !== undefined && Object.hasOwn(answers, code)) return answers[code as keyof Codes];
    throw error;
  }
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

async function statOf(path: string) {
  const found = await stat(path);
  return found.isDirectory()
    ? ({ kind: "directory" } as const)
    : ({ kind: "file", size: found.size } as const);
}

function newFile(handle: FileHandle, syncs: Gate): NewFile {
  return {
    write: (chunks, position) => writeAll(handle, chunks, position),
    sync: () => syncs(() => handle.sync()),
    close: () => handle.close(),
  };
}

/** A disk that fills up takes some of the bytes first, and says so only when it is asked again. */
async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[], position: number): Promise<void> {
  let { bytesWritten: written } = await handle.writev(chunks, position);
  const size = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  while (written < size) {
    const rest = Buffer.concat(chunks).subarray(written);
    written += (await handle.write(rest, 0, rest.byteLength, position + written)).bytesWritten;
  }
}

async function openFile(path: string): Promise<OpenFile> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    return {
      size,
      read: (target, position) => readAll(handle, target, position),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readAll(handle: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let read = 0;
  while (read < target.byteLength) {
    const { bytesRead } = await handle.read(target, read, target.byteLength - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return read;
}

async function syncDirectory(path: string): Promise<"synced"> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  return "synced";
}
