import { constants } from "node:fs";
import { copyFile, link, mkdir, open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "./data-folder.ts";

export interface Copied {
  readonly files: number;
  /** of them, linked or copied */
  readonly bytes: number;
}
const NOTHING: Copied = { files: 0, bytes: 0 };

/**
 * Brings every file below `from` below `to`, where it is not there yet, and makes it durable. Files must never change:
 * on one file system both names then share the bytes (a hard link). What disappears meanwhile is left out.
 */
export async function copyTree({ from, to }: { from: string; to: string }): Promise<Copied> {
  const entries = await unless("ENOENT", () => readdir(from, { withFileTypes: true }));
  if (!entries) return NOTHING;
  await mkdir(to, { recursive: true, mode: 0o700 });
  let copied = NOTHING;
  for (const entry of entries) {
    const paths = { from: join(from, entry.name), to: join(to, entry.name) };
    copied = sum(copied, entry.isDirectory() ? await copyTree(paths) : await copyOne(paths));
  }
  syncFolder(to);
  return copied;
}

async function copyOne({ from, to }: { from: string; to: string }): Promise<Copied> {
  const made = await unless("ENOENT", async () => {
    const linked = await unless("EEXIST", () => linkOrCopy(from, to));
    return linked ? (await stat(to)).size : undefined;
  });
  return made === undefined ? NOTHING : { files: 1, bytes: made };
}

/** The codes that say that two names can't share a file here: another file system, or one without links. */
const NO_LINK = new Set(["EXDEV", "EPERM", "ENOTSUP", "EMLINK"]);

async function linkOrCopy(from: string, to: string): Promise<true> {
  try {
    await link(from, to);
  } catch (error) {
    if (!NO_LINK.has(codeOf(error))) throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const copy = await open(to, "r+");
    try {
      await copy.sync();
    } finally {
      await copy.close();
    }
  }
  return true;
}

const sum = (a: Copied, b: Copied): Copied => ({ files: a.files + b.files, bytes: a.bytes + b.bytes });

/** Undefined where `work` fails with `code`. */
async function unless<Result>(code: string, work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) === code) return undefined;
    throw error;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";
