import { createMemoryTable } from "../../shared/stores/memory-table.ts";
import { tableFile } from "../support/sqlite-table.ts";
import { describeAccessKeys } from "./access-keys.contract.ts";
import { describeAccounts } from "./accounts.contract.ts";
import { describeAdministrators } from "./administrators.contract.ts";
import { describeRotation } from "./rotation.contract.ts";

const TABLES = {
  memory: async () => createMemoryTable(),
  SQLite: async () => (await (await tableFile()).open()).table,
} as const;

for (const [on, open] of Object.entries(TABLES)) {
  describeAccounts(on, open);
  describeAccessKeys(on, open);
  describeRotation(on, open);
  describeAdministrators(on, open);
}
