import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  openSqliteTable,
  type SqliteTable,
  type SqliteTableSettings,
} from "../../local/stores/sqlite-table.ts";
import type { TableProblem } from "../../local/stores/sqlite-writer.ts";
import { temporaryFolder } from "./temporary-folder.ts";

interface OpenedSqliteTable {
  readonly table: SqliteTable;
  readonly problems: readonly TableProblem[];
}
export interface TableFile {
  readonly folder: string;
  readonly file: string;
  /** Opens a table on the file, closed when the test ends. */
  readonly open: (settings?: Partial<SqliteTableSettings>) => Promise<OpenedSqliteTable>;
}

/** A place for a table's file; everything is gone when the test ends. */
export async function tableFile(): Promise<TableFile> {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  const file = join(folder.path, "table.db");
  return {
    folder: folder.path,
    file,
    open: async (settings) => {
      const problems: TableProblem[] = [];
      const table = await openSqliteTable({ file, report: (problem) => problems.push(problem), ...settings });
      onTestFinished(table.close);
      return { table, problems };
    },
  };
}
