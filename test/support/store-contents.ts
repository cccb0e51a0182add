import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathsOf } from "../../local/data-folder.ts";
import { layoutOf, partName, partsIn } from "../../local/stores/directory-layout.ts";
import { leavesOf } from "../../local/stores/directory-listing.ts";
import { findObject } from "../../local/stores/directory-reader.ts";
import { createNodeFileSystem } from "../../local/stores/node-file-system.ts";
import { unpackAttributes } from "../../local/stores/sqlite-packing.ts";
import { preparedRows } from "../../local/stores/sqlite-rows.ts";
import type { Multipart } from "../../shared/ports/blobs.ts";
import type { Item } from "../../shared/ports/table.ts";

export interface UnfinishedUpload extends Multipart {
  /** `<number>-<size>-<etag>` of each */
  readonly parts: ReadonlySet<string>;
}
/** All that lies in a data folder. */
export interface StoreContents {
  readonly items: readonly Item[];
  /** sizes in bytes by key */
  readonly objects: ReadonlyMap<string, number>;
  readonly multiparts: readonly UnfinishedUpload[];
  /** names of files that are being written or removed */
  readonly temporary: readonly string[];
}

/** Reads a data folder from outside; a server may have it open, but should be idle. */
export async function readStore(data: string): Promise<StoreContents> {
  const { table, blobs } = pathsOf(data);
  const layout = layoutOf(blobs);
  const fs = createNodeFileSystem({ threads: 4 });
  const objects = new Map<string, number>();
  for await (const { key, path } of leavesOf(layout.objects, { fs, prefix: "", after: "" })) {
    const found = await findObject(fs, path);
    if (found) objects.set(key, found.size);
  }
  const multiparts: UnfinishedUpload[] = [];
  for await (const { key, ending, path } of leavesOf(layout.uploads, { fs, prefix: "", after: "" })) {
    const names = await namesIn(path);
    if (names) multiparts.push({ key, id: ending, parts: new Set(partsIn(names).map(partName)) });
  }
  return { items: readItems(table), objects, multiparts, temporary: await readdir(layout.temporary) };
}

/** Undefined for an upload that a sweep has ended since it was listed: a server sweeps when it starts. */
const namesIn = (path: string): Promise<readonly string[] | undefined> =>
  readdir(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw cause;
  });

/** The bytes of an object, from the files that hold them. */
export async function objectFiles(data: string, key: string): Promise<readonly string[]> {
  const { blobs } = pathsOf(data);
  const path = layoutOf(blobs).objectAt(key);
  const found = await findObject(createNodeFileSystem({ threads: 4 }), path);
  return (found?.pieces ?? []).map(({ name }) => join(path, name));
}

function readItems(file: string): readonly Item[] {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    const rows = preparedRows<readonly [pk: string, sk: string, attributes: Uint8Array]>(
      database,
      "SELECT pk, sk, attributes FROM items JOIN contents USING (content) ORDER BY pk, sk",
    );
    return rows.all().map(([pk, sk, attributes]) => ({ pk, sk, attributes: unpackAttributes(attributes) }));
  } finally {
    database.close();
  }
}
