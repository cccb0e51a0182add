import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Complaint } from "../../local/complaint.ts";
import { openDataFolder } from "../../local/data-folder.ts";
import { type BerthProcess, runBerth, spawnBerth } from "../support/berth-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let temporary: TemporaryFolder;
beforeAll(async () => {
  temporary = await temporaryFolder();
});
afterAll(() => temporary.remove());

let folders = 0;
const freshPath = () => {
  folders += 1;
  return join(temporary.path, `data-${folders}`);
};
function folderWith(files: Readonly<Record<string, string>>): string {
  const path = freshPath();
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}
const serve = (data: string) => runBerth(["serve", "--port", "0", "--data", data]);

describe("a new data folder", () => {
  it("is made with the folders above it, and only its owner may look into it", () => {
    const path = join(freshPath(), "a", "b");
    openDataFolder(path).release();
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(join(path, "format.json"), "utf8"))).toEqual({ format: 1 });
  });

  it("may be an empty one that is there", () => {
    const path = folderWith({});
    openDataFolder(path).release();
    expect(readdirSync(path)).toContain("format.json");
  });

  it("is opened again, as often as one likes", () => {
    const path = freshPath();
    for (let times = 0; times < 3; times += 1) openDataFolder(path).release();
    expect(readdirSync(path).toSorted()).toEqual(["format.json", "lock"]);
  });

  it("is finished by the next start, where the first was cut short", () => {
    const path = folderWith({ lock: "", "format.json.new": '{"for' });
    openDataFolder(path).release();
    expect(JSON.parse(readFileSync(join(path, "format.json"), "utf8"))).toEqual({ format: 1 });
  });
});

describe("a folder that is not ours to use", () => {
  it.each([
    [
      "a newer format",
      { "format.json": '{"format":2}' },
      /has format 2, this version of Berth knows format 1/,
    ],
    ["a newer format that tells more", { "format.json": '{ "format": 7, "x": [] }' }, /has format 7/],
    ["a format that can't be read", { "format.json": '{"form' }, /does not tell the format/],
    ["somebody else's files", { "thesis.txt": "x" }, /is not empty \('thesis.txt'\).*--data/],
    ["a table without a format", { "table.sqlite": "x" }, /is not empty \('table.sqlite'\)/],
  ])("is refused, and nothing in it changes: %s", (_what, files, says) => {
    const path = folderWith(files);
    expect(() => openDataFolder(path)).toThrow(Complaint);
    expect(() => openDataFolder(path)).toThrow(says);
    expect(readdirSync(path)).toEqual(Object.keys(files));
  });

  it("is refused where it is a file", () => {
    const path = join(folderWith({ file: "x" }), "file");
    expect(() => openDataFolder(path)).toThrow(/can't .* \(E[A-Z]+\): name another folder with --data/);
  });

  it("ends the command with 2 and one line", async () => {
    const { code, stdout, stderr } = await serve(folderWith({ "format.json": '{"format":2}' }));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^berth: the data folder .* has format 2.*\n$/);
  });
});

describe("a second process on the same data folder", () => {
  it("ends with 2 and says why; the first one goes on", async () => {
    const data = freshPath();
    const first = await spawnBerth({ data });
    const { code, stderr } = await serve(data);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^berth: another process serves the data folder .*: stop that one, or .* --data\n$/,
    );
    expect((await first.fetch("/v2/")).status).toBe(200);
    await first.kill("SIGTERM");
  });

  it("has it at once when the first one was killed", async () => {
    const data = freshPath();
    await (await spawnBerth({ data })).kill("SIGKILL");
    const second = await spawnBerth({ data });
    expect((await second.fetch("/v2/")).status).toBe(200);
    await second.kill("SIGKILL");
  });

  it("is told apart also where both start at once", async () => {
    const data = freshPath();
    const starts: PromiseSettledResult<BerthProcess>[] = await Promise.allSettled(
      [1, 2, 3].map(() => spawnBerth({ data })),
    );
    const serving = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
    const refused = starts.flatMap((start) => (start.status === "rejected" ? [String(start.reason)] : []));
    await Promise.all(serving.map((process) => process.kill("SIGKILL")));
    expect(serving).toHaveLength(1);
    for (const reason of refused) expect(reason).toMatch(/ended with 2 .*another process serves/);
  });

  it("is kept out for as long as the first one runs, although nothing there refers to the lock", async () => {
    const data = freshPath();
    openDataFolder(data);
    await collectGarbage();
    expect(() => openDataFolder(data)).toThrow(/another process/);
  });
});

async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  for (let times = 0; times < 3; times += 1) {
    if (typeof collect === "function") collect();
    await setImmediate();
  }
}
