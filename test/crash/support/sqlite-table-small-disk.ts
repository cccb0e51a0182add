/**
 * A process whose files may not grow beyond a limit (`ulimit -f`): the disk is full for a large transaction and not
 * for a small one. Prints what became of each as JSON.
 */

import { openSqliteTable } from "../../../local/stores/sqlite-table.ts";
import type { Put } from "../../../shared/ports/table.ts";

const [file = ""] = process.argv.slice(2);
const problems: string[] = [];
const table = await openSqliteTable({ file, report: ({ during }) => problems.push(during) });
const putAt = (sk: string, bytes: number): Put => ({
  op: "put",
  key: { pk: "A", sk },
  attributes: { bytes: new Uint8Array(bytes) },
});

const before = await table.transact([putAt("before", 10)]);
const large = await table.transact(Array.from({ length: 9 }, (_, at) => putAt(`large-${at}`, 400_000)));
const after = await table.transact([putAt("after", 10)]);
const { items } = await table.query({ pk: "A", prefix: "", limit: 100, consistency: "strong" });
console.log(
  JSON.stringify({
    outcomes: [before, large, after].map(({ outcome }) => outcome),
    sortKeys: items.map(({ sk }) => sk),
    problems,
  }),
);
await table.close();
