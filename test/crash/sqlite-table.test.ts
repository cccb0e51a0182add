import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { attributesOf, readPages, sortKeysOf } from "../contract/table/context.ts";
import { tableFile } from "../support/sqlite-table.ts";

const script = (name: string): string => fileURLToPath(new URL(`./support/${name}`, import.meta.url));
const run = promisify(execFile);

describe("the SQLite table after kill -9 in the middle of its commits", () => {
  it("has everything that was acknowledged, and of every transaction all or nothing", async () => {
    const { open, file } = await tableFile();
    const acknowledged: string[] = [];
    // Each run starts on what the one before left.
    for (const [at, pairs] of [1, 100, 1500].entries()) {
      acknowledged.push(...(await writeUntilKilled(file, `run${at}`, pairs)));
    }
    const { table, problems } = await open();
    const [first, second] = await Promise.all(["A", "B"].map((pk) => readPages(table, { pk, prefix: "" })));
    const names = new Set(first?.items.map(({ sk }) => sk));
    expect(acknowledged.filter((name) => !names.has(name))).toEqual([]);
    expect(second?.items.map(({ sk }) => sk)).toEqual(first?.items.map(({ sk }) => sk));
    const fill = new Uint8Array(900);
    for (const { sk, attributes } of first?.items ?? []) expect(attributes).toEqual({ name: sk, fill });
    expect(problems).toEqual([]);
  });
});

/** Kills the process once it has acknowledged so many pairs; returns all that it has said until it was gone. */
async function writeUntilKilled(file: string, name: string, pairs: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [script("sqlite-table-writer.ts"), file, name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === pairs) child.kill("SIGKILL");
  }
  const [, signal] = await ended;
  expect(signal).toBe("SIGKILL");
  return said;
}

describe("the SQLite table when the disk is full in the middle of a commit", () => {
  it("says that the outcome is unknown, shows nothing of it, and goes on", async () => {
    const { open, file } = await tableFile();
    // The unit is 512 bytes, or 1024 in some shells: 1 or 2 MB.
    const command = `ulimit -f 2048 && exec "$0" "$@"`;
    const { stdout } = await run("sh", [
      "-c",
      command,
      process.execPath,
      script("sqlite-table-small-disk.ts"),
      file,
    ]);
    expect(JSON.parse(stdout)).toEqual({
      outcomes: ["written", "unknown", "written"],
      sortKeys: ["after", "before"],
      problems: ["commit"],
    });
    const { table } = await open();
    expect(await sortKeysOf(table, { pk: "A", prefix: "" })).toEqual(["after", "before"]);
    expect(await attributesOf(table, { pk: "A", sk: "after" })).toEqual({ bytes: new Uint8Array(10) });
  });
});
