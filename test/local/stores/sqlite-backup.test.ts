import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SqliteTable } from "../../../local/stores/sqlite-table.ts";
import { readPages } from "../../contract/table/context.ts";
import { tableFile } from "../../support/sqlite-table.ts";

const PK = "PAIRS";

/** Writes pairs of equal items, each pair in one transaction, until told to stop. */
async function writePairs(table: SqliteTable, isOver: () => boolean): Promise<void> {
  for (let count = 0; !isOver(); count += 1) {
    const puts = ["A", "B"].map(
      (side) =>
        ({
          op: "put",
          key: { pk: PK, sk: `${side}#${count}` },
          attributes: { fill: new Uint8Array(5000) },
        }) as const,
    );
    await table.transact(puts);
  }
}

describe("a backup of the SQLite table", () => {
  it("holds whole transactions, and all that was acknowledged before, while writes go on", async () => {
    const { open, folder } = await tableFile();
    const { table } = await open();
    const file = join(folder, "backup.db");
    let over = false;
    const writing = [writePairs(table, () => over), writePairs(table, () => over)];
    for (let at = 0; at < 200; at += 1) {
      await table.write({ op: "put", key: { pk: "BEFORE", sk: `${at}` }, attributes: {} });
    }
    await table.backupTo(file);
    over = true;
    await Promise.all(writing);
    expect(await readdir(folder)).toEqual(["backup.db", "table.db", "table.db-shm", "table.db-wal"]);
    const copy = (await open({ file })).table;
    expect((await readPages(copy, { pk: "BEFORE", prefix: "", keysOnly: true })).items).toHaveLength(200);
    const sides = await Promise.all(
      ["A#", "B#"].map(async (prefix) => (await readPages(copy, { pk: PK, prefix, keysOnly: true })).items),
    );
    const [a = [], b = []] = sides.map((items) => items.map(({ sk }) => sk.slice(2)));
    expect(a.length).toBeGreaterThan(0);
    expect(b).toEqual(a);
  });

  it("never replaces a file", async () => {
    const { open, folder, file } = await tableFile();
    const { table } = await open();
    await writeFile(join(folder, "there"), "something");
    await expect(table.backupTo(join(folder, "there"))).rejects.toThrow(/exists: choose a new file/);
    await expect(table.backupTo(file)).rejects.toThrow(/exists: choose a new file/);
  });

  it("leaves nothing behind where it can't be written", async () => {
    const { open, folder } = await tableFile();
    const { table } = await open();
    await expect(table.backupTo(join(folder, "missing", "backup.db"))).rejects.toThrow(/ENOENT/);
    expect(await readdir(folder)).not.toContain("missing");
  });
});
