import { join } from "node:path";
import { parseEntry } from "./directory-layout.ts";
import type { FileSystem } from "./file-system.ts";

/** A file or directory that stands for an object or an upload. */
export interface Leaf {
  readonly key: string;
  readonly ending: string;
  readonly path: string;
  /** Orders leaves by key, then ending: a space comes before everything that a key holds. */
  readonly place: string;
}

interface Walk {
  readonly fs: FileSystem;
  /** keys begin with this */
  readonly prefix: string;
  /** places come after this one */
  readonly after: string;
}

/** The leaves of a tree in order of their places, one directory in memory at a time on each level. */
export async function* leavesOf(directory: string, walk: Walk, base = ""): AsyncGenerator<Leaf> {
  const names = (await walk.fs.readDirectory(directory)) ?? [];
  const entries = names.flatMap((name) => entryOf(name, base) ?? []);
  for (const entry of entries.toSorted((a, b) => (a.place < b.place ? -1 : 1))) {
    const path = join(directory, entry.name);
    if (entry.kind === "folder") {
      if (reaches(entry.place, walk)) yield* leavesOf(path, walk, entry.place);
    } else if (entry.key.startsWith(walk.prefix) && entry.place > walk.after) {
      yield { key: entry.key, ending: entry.ending, place: entry.place, path };
    }
  }
}

/** What is not ours (a file that an operator left there) is passed over. */
function entryOf(name: string, base: string) {
  const parsed = parseEntry(name);
  if (!parsed) return undefined;
  const { stem, ending } = parsed;
  const key = `${base}${stem}`;
  if (ending === undefined) return { kind: "folder", name, place: `${key}/` } as const;
  return { kind: "leaf", name, key, ending, place: `${key} ${ending}` } as const;
}

/** Whether a folder can hold a leaf that is asked for. */
const reaches = (folder: string, { prefix, after }: Walk): boolean =>
  (folder.startsWith(prefix) || prefix.startsWith(folder)) && (folder > after || after.startsWith(folder));
