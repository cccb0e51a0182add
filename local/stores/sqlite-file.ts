import { closeSync, fsyncSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makePrivateFile } from "../private.ts";
import { preparedRows } from "./sqlite-rows.ts";

/** "BRTH", so that `file` and we ourselves know whose database this is. */
const APPLICATION_ID = 0x42525448;
const SCHEMA_VERSION = 1;
/** milliseconds that another process (a shell, a backup tool) may hold a lock before a statement fails */
const BUSY_TIMEOUT = 1000;
const PAGE_BYTES = 4096;

/**
 * TEXT compares by its UTF-8 bytes (BINARY), as the port wants. `items` is its own index: a listing of keys, with the
 * sizes that fill a page, never touches the attributes.
 */
const SCHEMA = `
  CREATE TABLE items (
    pk TEXT NOT NULL,
    sk TEXT NOT NULL,
    size INTEGER NOT NULL,
    content INTEGER NOT NULL,
    expires INTEGER,
    PRIMARY KEY (pk, sk)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX expiring ON items (expires) WHERE expires IS NOT NULL;
  CREATE TABLE contents (
    content INTEGER PRIMARY KEY,
    attributes BLOB NOT NULL
  ) STRICT;
`;

/** The file is not ours to use: another program's, a newer Berth's, or damaged. The message says what to do. */
export class TableFileError extends Error {
  override readonly name = "TableFileError";
}

/**
 * Creates the database where there is none, recovers it after a crash, refuses what it doesn't know; then opens it for
 * reading. The reader keeps the log in place while the first connection leaves.
 */
export function openTableFile(file: string): DatabaseSync {
  try {
    // SQLite makes its journals for whoever may open the file, and the file for everyone.
    makePrivateFile(file);
    const first = new DatabaseSync(file, { timeout: BUSY_TIMEOUT });
    try {
      checkOrCreate(first, file);
      syncFolder(dirname(file));
      return openReader(file);
    } finally {
      first.close();
    }
  } catch (cause) {
    if (cause instanceof TableFileError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TableFileError(`can't open the table in ${file}: ${reason}`, { cause });
  }
}

function checkOrCreate(database: DatabaseSync, file: string): void {
  const owner = pragma(database, "application_id");
  const version = pragma(database, "user_version");
  if (owner === 0 && version === 0 && pragma(database, "schema_version") === 0) return create(database);
  if (owner !== APPLICATION_ID) {
    throw new TableFileError(`${file} is another program's database: choose another data folder`);
  }
  if (version > SCHEMA_VERSION) {
    const known = `schema ${version}, this one knows ${SCHEMA_VERSION}`;
    throw new TableFileError(
      `${file} was written by a newer Berth (${known}): run that version or a newer one`,
    );
  }
}

/** One transaction, so that a crash leaves the empty file or the finished one. */
function create(database: DatabaseSync): void {
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`);
  database.exec(`
    BEGIN IMMEDIATE;
    ${SCHEMA}
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${SCHEMA_VERSION};
    COMMIT`);
}

/** A new file is durable only once its folder is. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The only connection that writes. Checkpoints are left to the caller, who chooses a time when nobody waits. */
export function openWriter(file: string, maxBytes = Number.POSITIVE_INFINITY): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT });
  database.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = ${16 * 1024 * 1024};
    PRAGMA cache_size = -${32 * 1024}`);
  if (Number.isFinite(maxBytes)) database.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / PAGE_BYTES)}`);
  return database;
}

/** No mmap: there a failing disk would end the process, here it is an error of one read. */
export function openReader(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT });
  // The second pragma reads the file, which is what attaches a connection to it.
  database.exec(`PRAGMA cache_size = -${32 * 1024}; PRAGMA schema_version`);
  return database;
}

function pragma(database: DatabaseSync, name: string): number {
  return preparedRows<readonly [number]>(database, `PRAGMA ${name}`).get()?.[0] ?? 0;
}
