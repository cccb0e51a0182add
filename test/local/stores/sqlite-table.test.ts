import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { openWriter } from "../../../local/stores/sqlite-file.ts";
import {
  StoreUnavailableError,
  type Table,
  type Write,
  type WriteResult,
} from "../../../shared/ports/table.ts";
import { attributesOf, put, sortKeysOf } from "../../contract/table/context.ts";
import { tableFile } from "../../support/sqlite-table.ts";

const PK = "REPO#a";
const MEGABYTE = 1024 * 1024;
const putAt = (sk: string, bytes = 0): Write => ({
  op: "put",
  key: { pk: PK, sk },
  attributes: { bytes: new Uint8Array(bytes) },
});

/** Lists items again and again, and lets others run in between. */
async function readUntil(over: AbortSignal, table: Table): Promise<void> {
  while (!over.aborted) {
    await table.query({ pk: PK, prefix: "", limit: 50, consistency: "strong" });
    await new Promise(setImmediate);
  }
}

describe("the SQLite table's file", () => {
  it("keeps what was written, and nothing beside it once it is closed", async () => {
    const { open, folder } = await tableFile();
    const { table } = await open();
    await put(
      table,
      { pk: PK, sk: "A" },
      { text: "é\0\u{10000}", bytes: Uint8Array.of(0, 255), count: 2 ** 40 },
    );
    await table.close();
    expect(await readdir(folder)).toEqual(["table.db"]);
    const again = (await open()).table;
    expect(await attributesOf(again, { pk: PK, sk: "A" })).toEqual({
      text: "é\0\u{10000}",
      bytes: Uint8Array.of(0, 255),
      count: 2 ** 40,
    });
  });

  it("is refused when a newer Berth wrote it, and left as it is", async () => {
    const { open, file } = await tableFile();
    await (await open()).table.close();
    new DatabaseSync(file).exec("PRAGMA user_version = 2");
    await expect(open()).rejects.toThrow(/was written by a newer Berth \(schema 2, this one knows 1\)/);
  });

  it("is refused when it is another program's database", async () => {
    const { open, file } = await tableFile();
    new DatabaseSync(file).exec("CREATE TABLE theirs (x)");
    await expect(open()).rejects.toThrow(/is another program's database: choose another data folder/);
  });

  it("is refused when it is no database", async () => {
    const { open, file } = await tableFile();
    await writeFile(file, "all work and no play makes a dull file. ".repeat(100));
    await expect(open()).rejects.toThrow(/can't open the table in .*: file is not a database/);
  });

  it("is refused when its folder is missing", async () => {
    const { open, folder } = await tableFile();
    await expect(open({ file: join(folder, "missing", "table.db") })).rejects.toThrow(/can't open the table/);
  });
});

describe("the SQLite table's commits", () => {
  // A process that is killed keeps the system's cache, so no kill shows a missing fsync: this is what SQLite goes by.
  it("are fsynced, each before it shows", async () => {
    const { open, file } = await tableFile();
    await open();
    const writer = openWriter(file);
    expect(writer.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    const full = 2;
    expect(writer.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: full });
    writer.close();
  });

  it("share fsyncs: requests that wait are committed together", async () => {
    const { table } = await (await tableFile()).open();
    await Promise.all(Array.from({ length: 200 }, (_, at) => table.write(putAt(`${at}`))));
    const { requests, commits } = table.counts();
    expect(requests).toBe(200);
    expect(commits).toBeGreaterThanOrEqual(1);
    expect(commits).toBeLessThanOrEqual(20);
  });

  it("are one for each request where each waits for the one before", async () => {
    const { table } = await (await tableFile()).open();
    for (let at = 0; at < 5; at += 1) await table.write(putAt(`${at}`));
    expect(table.counts()).toEqual({ requests: 5, commits: 5 });
  });

  it("let a refused request leave no trace among others of its group", async () => {
    const { table } = await (await tableFile()).open();
    const results = await Promise.all([
      table.write(putAt("A")),
      table.transact([putAt("B"), { ...putAt("A"), only: [{ kind: "absent" }] }]),
      table.transact([putAt("C"), { ...putAt("B"), only: [{ kind: "absent" }] }]),
    ]);
    expect(results).toEqual([
      { outcome: "written", attributes: {} },
      { outcome: "condition-failed", failed: [1] },
      { outcome: "written" },
    ]);
    expect(await sortKeysOf(table, { pk: PK, prefix: "" })).toEqual(["A", "B", "C"]);
  });

  it("answer what is too much at once with `throttled`, and the rest as ever", async () => {
    const { table } = await (await tableFile()).open();
    const results = await Promise.all(
      Array.from({ length: 250 }, (_, at) => table.write(putAt(`${at}`, 0.38 * MEGABYTE))),
    );
    const written = results.filter(({ outcome }) => outcome === "written");
    expect(written.length).toBeGreaterThan(100);
    expect(results.filter(({ outcome }) => outcome === "throttled")).toHaveLength(250 - written.length);
    expect(written.length).toBeLessThan(250);
    expect(await table.write(putAt("after"))).toMatchObject({ outcome: "written" });
  });
});

describe("the SQLite table on a full disk", () => {
  it("refuses writes, serves reads, and writes again when there is space", async () => {
    const { open } = await tableFile();
    const { table, problems } = await open({ maxBytes: 2 * MEGABYTE });
    const results: WriteResult[] = [];
    while (results.at(-1)?.outcome !== "throttled" && results.length < 50) {
      results.push(await table.write(putAt(String(results.length).padStart(2, "0"), 100_000)));
    }
    expect(results.at(-1)).toMatchObject({ outcome: "throttled", cause: { message: /disk is full/ } });
    expect(problems).toMatchObject([{ during: "commit", cause: { message: /disk is full/ } }]);
    const stored = await sortKeysOf(table, { pk: PK, prefix: "" });
    expect(stored).toHaveLength(results.length - 1);
    for (const sk of stored.slice(0, 5)) await table.write({ op: "delete", key: { pk: PK, sk } });
    expect(await table.write(putAt("after", 100_000))).toMatchObject({ outcome: "written" });
    expect(await sortKeysOf(table, { pk: PK, prefix: "" })).toEqual([...stored.slice(5), "after"]);
  });
});

describe("the SQLite table's log", () => {
  it("does not grow without bound while readers never pause", async () => {
    const { open, file } = await tableFile();
    const { table } = await open();
    const over = new AbortController();
    const reading = readUntil(over.signal, table);
    let largest = 0;
    for (let round = 0; round < 60; round += 1) {
      // SQLite doesn't write a page that stays as it is.
      const bytes = new Uint8Array(40_000).fill(round);
      await Promise.all(
        Array.from({ length: 10 }, (_, at) => put(table, { pk: PK, sk: `${at}` }, { bytes })),
      );
      largest = Math.max(largest, (await stat(`${file}-wal`)).size);
    }
    over.abort();
    await reading;
    // 24 MB went through it.
    expect(largest).toBeLessThan(8 * MEGABYTE);
  });
});

describe("closing the SQLite table", () => {
  it("finishes what was asked for, and refuses what comes after", async () => {
    const { open } = await tableFile();
    const { table } = await open();
    const before = Array.from({ length: 100 }, (_, at) => table.write(putAt(`${at}`)));
    await Promise.all([table.close(), table.close()]);
    expect((await Promise.all(before)).every(({ outcome }) => outcome === "written")).toBe(true);
    expect(await table.write(putAt("late"))).toMatchObject({ outcome: "throttled" });
    await expect(table.get({ pk: PK, sk: "1" }, "strong")).rejects.toThrow(StoreUnavailableError);
    const again = (await open()).table;
    expect(await sortKeysOf(again, { pk: PK, prefix: "" })).toHaveLength(100);
  });

  it("refuses what comes while it closes, as a sweep does that a shutdown overtakes", async () => {
    const { open } = await tableFile();
    const { table, problems } = await open();
    await table.write(putAt("before"));
    const closed = table.close();
    expect(await table.write(putAt("meanwhile"))).toMatchObject({ outcome: "throttled" });
    await closed;
    expect(problems).toEqual([]);
  });
});
