import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { Complaint, causeOf } from "./complaint.ts";
import { copyTree } from "./copy-tree.ts";
import { demandDataFolder, makeFolder, pathsOf, writeFormat } from "./data-folder.ts";
import { layoutOf } from "./stores/directory-layout.ts";
import { backUp } from "./stores/sqlite-backup.ts";

export interface BackupCounts {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Copies the registry in `data` to `target`, also while another process serves it. Throws a Complaint.
 *
 * Blobs never change once they are whole, so what the copied table names must only be there: blobs that came before it
 * are copied before it, in case they are removed meanwhile, and those that came up to it after it. Unfinished uploads
 * stay behind. `format.json` comes last: a backup that was cut short is no data folder.
 */
export async function backup(data: string, target: string, copy = copyTree): Promise<BackupCounts> {
  const to = resolve(target);
  demandDataFolder(data);
  checkTarget(to);
  try {
    const source = pathsOf(data);
    const goal = pathsOf(to);
    const objects = { from: layoutOf(source.blobs).objects, to: layoutOf(goal.blobs).objects };
    makeFolder(to);
    const before = await copy(objects);
    await backUp(source.table, goal.table);
    const after = await copy(objects);
    writeFormat(to);
    return { files: before.files + after.files, bytes: before.bytes + after.bytes };
  } catch (error) {
    throw new Complaint(
      `the backup to ${to} failed (${causeOf(error)}): it is incomplete, remove it and try again`,
      {
        cause: error,
      },
    );
  }
}

function checkTarget(to: string): void {
  try {
    if (!existsSync(to) || readdirSync(to).length === 0) return;
  } catch (error) {
    throw new Complaint(`can't read ${to} (${causeOf(error)}): name a new or an empty folder with --to`);
  }
  throw new Complaint(`${to} is not empty: name a new or an empty folder with --to`);
}
