import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Complaint, causeOf } from "./complaint.ts";
import { lockFolder } from "./folder-lock.ts";
import { closeToOthers, type Exposed } from "./private.ts";

/** The layout of this version: `format.json`, `table.sqlite` (with its journals), `blobs/`, `lock`. */
const FORMAT = 1;
const FORMAT_FILE = "format.json";
const NEW_FORMAT_FILE = "format.json.new";
const LOCK_FILE = "lock";
/** What may be there before the format is: a start that was cut short leaves no more than this. */
const BEFORE_FORMAT = new Set([LOCK_FILE, `${LOCK_FILE}-journal`, NEW_FORMAT_FILE]);

export interface DataFolder {
  readonly table: string;
  readonly blobs: string;
  /** what others could open in it until now */
  readonly exposed: readonly Exposed[];
  /** Lets another process have it. */
  readonly release: () => void;
}

export const pathsOf = (folder: string) => ({
  table: join(folder, "table.sqlite"),
  blobs: join(folder, "blobs"),
});

/** Opens the folder for this process alone, and makes it where there is none. Throws a Complaint. */
export function openDataFolder(folder: string): DataFolder {
  orComplain(`can't make the data folder ${folder}`, () => makeFolder(folder));
  const found = checkFormat(folder);
  const release = lockFolder(folder, join(folder, LOCK_FILE));
  try {
    if (found === "empty" && checkFormat(folder) === "empty") {
      orComplain(`can't write to the data folder ${folder}`, () => writeFormat(folder));
    }
    return { ...pathsOf(folder), exposed: closeContents(folder), release };
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * The folder itself stays as whoever made it wants it; what is in it is for its owner alone: the table holds hashes of
 * passwords, layers may hold secrets. Keys of tokens are another matter: who has read one has it (key-file.ts).
 */
function closeContents(folder: string): readonly Exposed[] {
  const { table, blobs } = pathsOf(folder);
  const ours = [table, `${table}-wal`, `${table}-shm`, blobs];
  return ours.map(closeToOthers).filter((found) => found !== undefined);
}

/** Whether it holds a registry of this format, or nothing yet. Throws a Complaint for anything else. */
function checkFormat(folder: string): "registry" | "empty" {
  const names = orComplain(`can't read the data folder ${folder}`, () => readdirSync(folder));
  if (!names.includes(FORMAT_FILE)) {
    const foreign = names.find((name) => !BEFORE_FORMAT.has(name));
    if (foreign === undefined) return "empty";
    throw new Complaint(
      `${folder} is not empty ('${foreign}') and has no ${FORMAT_FILE}, so it is no data folder of Berth: ` +
        "name an empty or a new folder with --data",
    );
  }
  const format = readFormat(join(folder, FORMAT_FILE));
  if (format === FORMAT) return "registry";
  throw new Complaint(
    `the data folder ${folder} has format ${format}, this version of Berth knows format ${FORMAT}: ` +
      "use the version that wrote it, or a newer one",
  );
}

/** Throws a Complaint where `folder` does not hold a registry. */
export function demandDataFolder(folder: string): void {
  if (existsSync(folder) && checkFormat(folder) === "registry") return;
  throw new Complaint(`there is no registry in ${folder}: name the data folder of one with --data`);
}

function readFormat(path: string): number {
  const text = orComplain(`can't read ${path}`, () => readFileSync(path, "utf8"));
  const format = /^\s*\{\s*"format"\s*:\s*(\d+)\s*[,}]/.exec(text)?.[1];
  if (format !== undefined) return Number(format);
  throw new Complaint(`${path} does not tell the format of the data folder: restore it from a backup`);
}

/** Last of all that makes a folder a data folder; whole or absent, also after a power cut. */
export function writeFormat(folder: string): void {
  const path = join(folder, NEW_FORMAT_FILE);
  writeFileSync(path, `${JSON.stringify({ format: FORMAT })}\n`, { mode: 0o600, flush: true });
  renameSync(path, join(folder, FORMAT_FILE));
  syncFolder(folder);
}

/** Private to its owner: layers may hold secrets. */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  chmodSync(folder, 0o700);
  // Each new name has to be durable in the folder above it.
  for (let made = folder; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made));
}

export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function orComplain<Result>(complaint: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new Complaint(
      `${complaint} (${causeOf(error)}): name another folder with --data, or mend this one`,
    );
  }
}
