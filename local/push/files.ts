import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Complaint, causeOf } from "../complaint.ts";
import type { Stretch } from "./stretch.ts";

/** The files of a folder or of an archive, by their paths in it. */
export interface Files {
  /** for people */
  readonly name: string;
  readonly find: (path: string) => Promise<Stretch | undefined>;
}

export const folderFiles = (folder: string): Files => ({
  name: folder,
  find: async (name) => {
    const path = join(folder, name);
    const found = await statOf(path);
    return found?.isFile() === true ? { path, start: 0, size: found.size } : undefined;
  },
});

/** Undefined where there is nothing; Complaint where one can't look. */
export async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (cause) {
    const code = causeOf(cause);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new Complaint(`can't read ${path} (${code})`, { cause });
  }
}
