import { join } from "node:path";
import type { Multipart, Part } from "../../shared/ports/blobs.ts";

/**
 * What lies where under the root:
 *
 *   objects/blobs/2026-11-24/<name>.object          an object: a file, or
 *   objects/blobs/2026-11-24/<name>.object/<part>   a directory of its parts, in order
 *   uploads/blobs/2026-11-24/<name>.<upload>/<part> an unfinished multipart upload
 *   temporary/<id>                                  what is being written or removed; emptied at start
 *
 * A part is named <number>-<size>-<etag>. Keys hold no dot (see checkBlobKey), so none can leave the root, and no
 * folder of a key is ever mistaken for an object.
 */
export interface Layout {
  readonly root: string;
  readonly objects: string;
  readonly uploads: string;
  readonly temporary: string;
  readonly objectAt: (key: string) => string;
  readonly uploadAt: (multipart: Multipart) => string;
}

export function layoutOf(root: string): Layout {
  const objects = join(root, "objects");
  const uploads = join(root, "uploads");
  return {
    root,
    objects,
    uploads,
    temporary: join(root, "temporary"),
    objectAt: (key) => join(objects, `${key}.object`),
    uploadAt: ({ key, id }) => join(uploads, `${key}.${id}`),
  };
}

const UPLOAD_ID = /^[a-z0-9-]+$/;
/** Ids come back from callers, and become names of directories. */
export const isUploadId = (id: string): boolean => UPLOAD_ID.test(id);

const NUMBER_DIGITS = 5;
const PART = /^(\d{5})-(\d+)-([a-z0-9-]+)$/;

export const partName = ({ number, size, etag }: Part): string =>
  `${String(number).padStart(NUMBER_DIGITS, "0")}-${size}-${etag}`;

/** The parts among the names of a directory, in order of their numbers. */
export function partsIn(names: readonly string[]): readonly Part[] {
  return names.toSorted().flatMap((name) => {
    const [, number, size, etag] = PART.exec(name) ?? [];
    if (number === undefined || size === undefined || etag === undefined) return [];
    return [{ number: Number(number), size: Number(size), etag }];
  });
}

const ENTRY = /^([a-z0-9_-]+)(?:\.([a-z0-9-]+))?$/;

/** A name in the trees: a folder of keys, or, where it has an ending, an object or an upload. */
export function parseEntry(name: string): { stem: string; ending?: string } | undefined {
  const [, stem, ending] = ENTRY.exec(name) ?? [];
  if (stem === undefined) return undefined;
  return ending === undefined ? { stem } : { stem, ending };
}
