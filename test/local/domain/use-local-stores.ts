import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openDirectoryBlobs } from "../../../local/stores/directory-blobs.ts";
import { createNodeFileSystem } from "../../../local/stores/node-file-system.ts";
import { openSqliteTable } from "../../../local/stores/sqlite-table.ts";
import { injectFaults } from "../../../shared/stores/faulty-table.ts";
import { useStores } from "../../support/domain.ts";
import { lazyBlobs, lazyTable, once } from "../../support/lazy-stores.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** Puts every domain that the tests of this file make over a SQLite table and a folder of its own. */
export function useLocalStores(): void {
  const closes: (() => Promise<void>)[] = [];
  const closed = (close: () => Promise<void>) => closes.unshift(close);
  const fs = createNodeFileSystem({ threads: 4 });
  useStores(({ random, rates }) => {
    const folder = once(async () => {
      const made = await temporaryFolder();
      closed(made.remove);
      return made.path;
    });
    const bare = lazyTable(async () => {
      const report = (problem: unknown) => console.error("the table's trouble", problem);
      const table = await openSqliteTable({ file: join(await folder(), "table.db"), report });
      closed(table.close);
      return table;
    });
    const table = Object.keys(rates).length > 0 ? injectFaults(bare, { random, rates }) : bare;
    const blobs = lazyBlobs(async () =>
      openDirectoryBlobs({ root: join(await folder(), "blobs"), fs, newId: randomUUID }),
    );
    return { table, bare, blobs };
  });
  afterAll(async () => {
    for (const close of closes) await close();
  });
}
