import { DatabaseSync } from "node:sqlite";
import { Complaint, causeOf } from "./complaint.ts";
import { makePrivateFile } from "./private.ts";

/** A database that nothing refers to is closed with the next garbage collection, and its lock is gone. */
const held = new Set<DatabaseSync>();

/**
 * Takes the folder for this process alone and returns what gives it back. Node has no file locks, SQLite does: an
 * exclusive transaction holds one that the system drops with the process, however it dies. Throws a Complaint.
 */
export function lockFolder(folder: string, file: string): () => void {
  let database: DatabaseSync | undefined;
  try {
    makePrivateFile(file);
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    throw new Complaint(complaint(folder, error));
  }
  const taken = database;
  held.add(taken);
  return () => {
    if (held.delete(taken)) taken.close();
  };
}

const SQLITE_BUSY = 5;

function complaint(folder: string, error: unknown): string {
  if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) {
    return `another process serves the data folder ${folder}: stop that one, or name another folder with --data`;
  }
  const cause = error instanceof Error ? error.message : causeOf(error);
  return `can't lock the data folder ${folder} (${cause}): make it writable, on a disk of this machine`;
}
