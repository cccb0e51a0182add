import { createHash, randomUUID } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { isNumbered, type Upload } from "../../shared/client/uploads/upload.ts";
import type { UploadStates } from "../../shared/client/uploads/upload-states.ts";
import type { Digest } from "../../shared/oci/digest.ts";
import { Complaint, causeOf } from "../complaint.ts";

export interface UploadStatesOptions {
  readonly folder: string;
  /** origin of the registry and name of the repository: an upload belongs to them */
  readonly place: readonly [origin: string, repo: string];
}

/** XDG Base Directory Specification: relative paths are to be ignored. */
export function stateFolder(variables: Readonly<Record<string, string | undefined>>): string {
  const named = variables["XDG_STATE_HOME"] ?? "";
  return join(isAbsolute(named) ? named : join(homedir(), ".local", "state"), "berth", "uploads");
}

/** Locations hold secrets: files for nobody but this user, in a folder of the same kind. */
const [FILE_MODE, FOLDER_MODE] = [0o600, 0o700];
/** No registry keeps an upload so long. */
const OLD_MILLISECONDS = 14 * 86_400_000;

/** Complaint where the folder can't be made, or, later, a state can't be saved or removed. Sweeps what is too old to be of use at `now` (milliseconds since 1970). */
export async function openUploadStates(
  { folder, place }: UploadStatesOptions,
  now: number,
): Promise<UploadStates> {
  try {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    await chmod(folder, FOLDER_MODE);
    await sweep(folder, now);
  } catch (cause) {
    throw cantKeep(folder, cause);
  }
  const complain = (cause: unknown) => {
    throw cantKeep(folder, cause);
  };
  const fileOf = (digest: Digest) =>
    join(
      folder,
      `${createHash("sha256")
        .update([...place, digest].join("\n"))
        .digest("hex")}.json`,
    );
  return {
    load: async (digest) => read(fileOf(digest)),
    save: async (digest, upload) => {
      const [origin, repository] = place;
      const { location, leastPart } = upload;
      const numbered = isNumbered(upload) ? { partSize: upload.partSize, done: [...upload.done] } : {};
      const state = {
        version: 1,
        origin,
        repository,
        digest,
        location: location.href,
        leastPart,
        ...numbered,
      };
      await write(fileOf(digest), JSON.stringify(state)).catch(complain);
    },
    remove: (digest) => rm(fileOf(digest), { force: true }).catch(complain),
  };
}

const cantKeep = (folder: string, cause: unknown): Complaint =>
  new Complaint(
    `can't keep the state of uploads in ${folder} (${causeOf(cause)}): name another folder with XDG_STATE_HOME`,
    { cause },
  );

/** Whole or not at all, also where the process ends. */
async function write(file: string, text: string): Promise<void> {
  const fresh = join(dirname(file), `${randomUUID()}.new`);
  try {
    await writeFile(fresh, text, { mode: FILE_MODE, flag: "wx" });
    await rename(fresh, file);
  } catch (cause) {
    await rm(fresh, { force: true });
    throw cause;
  }
}

/** Undefined where there is no state, or none of this version. */
async function read(file: string): Promise<Upload | undefined> {
  try {
    const state = JSON.parse(await readFile(file, "utf8")) as Readonly<Record<string, unknown>>;
    const { version, leastPart } = state;
    const location = URL.parse(String(state["location"]));
    if (version !== 1 || location === null || typeof leastPart !== "number") return undefined;
    return { location, offset: 0, leastPart, ...numberedIn(state) };
  } catch {
    return undefined;
  }
}

function numberedIn({ partSize, done }: Readonly<Record<string, unknown>>) {
  if (typeof partSize !== "number" || !Array.isArray(done)) return {};
  return { partSize, done: new Set(done.filter((number): number is number => typeof number === "number")) };
}

async function sweep(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // Another run may have removed it just now.
    const written = await stat(path).catch(() => undefined);
    if (written && now - written.mtimeMs > OLD_MILLISECONDS) await rm(path, { force: true });
  }
}
