import { openDataFolder } from "../../local/data-folder.ts";
import { openDirectoryBlobs } from "../../local/stores/directory-blobs.ts";
import { createNodeFileSystem } from "../../local/stores/node-file-system.ts";
import { openSqliteTable } from "../../local/stores/sqlite-table.ts";
import { systemClock } from "../../local/system-clock.ts";
import { type Swept, sweep } from "../../shared/registry/sweep.ts";

const DAY = 24 * 60 * 60 * 1000;

/**
 * Sweeps a folder that nobody serves as it will be swept some days from now, when every upload has expired and every
 * push of a manifest is over.
 */
export async function sweepInFuture(data: string): Promise<Swept> {
  const folder = openDataFolder(data);
  const table = await openSqliteTable({
    file: folder.table,
    report: ({ cause }) => {
      throw cause;
    },
  });
  try {
    const blobs = await openDirectoryBlobs({
      root: folder.blobs,
      fs: createNodeFileSystem({ threads: 4 }),
      newId: systemClock.newId,
    });
    const clock = { ...systemClock, now: () => Date.now() + 4 * DAY };
    return await sweep({ table, blobs, clock, uploadIdle: DAY });
  } finally {
    await table.close();
    folder.release();
  }
}
