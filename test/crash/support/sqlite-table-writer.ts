/**
 * A process that writes to a table until it is killed: 32 writers, each with transactions of two items, one after the
 * other. It prints the name of each pair once it is acknowledged.
 */
import { writeSync } from "node:fs";
import { openSqliteTable } from "../../../local/stores/sqlite-table.ts";
import { pairOf } from "./pairs.ts";

const STDOUT = 1;
const [file = "", run = ""] = process.argv.slice(2);
const table = await openSqliteTable({ file, report: (problem) => console.error(problem) });

async function writeForever(writer: number): Promise<never> {
  for (let count = 0; ; count += 1) {
    const name = `${run}-${writer}-${count}`;
    const { outcome } = await table.transact(pairOf(name));
    if (outcome !== "written") throw new Error(`the table answers ${outcome}`);
    writeSync(STDOUT, `${name}\n`);
  }
}

await Promise.all(Array.from({ length: 32 }, (_, writer) => writeForever(writer)));
