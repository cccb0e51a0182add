import { join } from "node:path";
import { openSqliteTable } from "../../local/stores/sqlite-table.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { describeTable } from "./table.contract.ts";

describeTable("SQLite", async () => {
  const folder = await temporaryFolder();
  const report = (problem: unknown): never => {
    throw new Error("the table reports a problem", { cause: problem });
  };
  const table = await openSqliteTable({ file: join(folder.path, "table.db"), report });
  const close = async (): Promise<void> => {
    await table.close();
    await folder.remove();
  };
  return { table, close };
});
