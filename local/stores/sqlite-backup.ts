import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { backup } from "node:sqlite";
import { makePrivateFile } from "../private.ts";
import { openReader, syncFolder } from "./sqlite-file.ts";

/** all pages in one step: between steps a writer would make the copy start again */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Copies the database as it is now, on a connection and a thread of its own. Until the copy is whole and durable it
 * has another name, so that half a backup is never taken for one.
 */
export async function backUp(file: string, target: string): Promise<void> {
  if (existsSync(target)) throw new Error(`${target} exists: choose a new file for the backup`);
  const partial = `${target}.partial`;
  const source = openReader(file);
  try {
    makePrivateFile(partial);
    await backup(source, partial, { rate: ALL_PAGES });
    syncFile(partial);
    renameSync(partial, target);
    syncFolder(dirname(target));
  } catch (cause) {
    rmSync(partial, { force: true });
    throw cause;
  } finally {
    source.close();
  }
}

function syncFile(file: string): void {
  const handle = openSync(file, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
