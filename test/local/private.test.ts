import { execFile } from "node:child_process";
import { chmodSync, chownSync, globSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backup } from "../../local/backup.ts";
import { openDataFolder } from "../../local/data-folder.ts";
import { closeToOthers } from "../../local/private.ts";
import { readSettings } from "../../local/read-settings.ts";
import { type Serving, start } from "../../local/start.ts";
import { collectDefects } from "../support/defects.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
const before = process.umask();
beforeEach(async () => {
  folder = await temporaryFolder();
  // Of a careless administrator, and of some containers.
  process.umask(0);
});
afterEach(async () => {
  process.umask(before);
  await folder.remove();
});

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
/** Everything below a folder that others than its owner may open, with its mode. */
const openBelow = (path: string): readonly string[] =>
  globSync("**", { cwd: path })
    .filter((name) => name !== "." && (statSync(join(path, name)).mode & 0o077) !== 0)
    .map((name) => `${name} ${modeOf(join(path, name))}`);

/** A folder that an administrator has made. */
function given(name: string): string {
  const path = join(folder.path, name);
  mkdirSync(path);
  chmodSync(path, 0o755);
  return path;
}

const warnings: { readonly about: unknown; readonly text: unknown }[] = [];
beforeEach(() => void warnings.splice(0));
async function serve(data: string): Promise<Serving> {
  const settings = readSettings({ flags: { auth: "true", port: "0", data }, variables: {} });
  const { log } = collectDefects();
  const warn = (about: unknown, text?: unknown) => void warnings.push({ about, text });
  return start(settings, { host: "127.0.0.1", log: { ...log, warn } });
}
/** A blob, part of an upload, and people, so that there is a file of each kind. */
async function fill({ url, audience }: Serving): Promise<void> {
  if (audience.kind === "everyone" || audience.firstAdmin === "exists") throw new Error("nobody was made");
  const authorization = `Basic ${Buffer.from(`admin:${audience.firstAdmin.secret}`).toString("base64")}`;
  const post = (path: string, init: RequestInit) =>
    fetch(new URL(path, url), { method: "POST", ...init, headers: { authorization } });
  const empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  expect((await post(`/v2/a/blobs/uploads/?digest=${empty}`, { body: "" })).status).toBe(201);
  const begun = await post("/v2/a/blobs/uploads/", {});
  const location = begun.headers.get("location") ?? "";
  const sent = await post(location, { method: "PATCH", body: "x".repeat(6 * 1024 * 1024) });
  expect(sent.status).toBe(202);
}

describe("what Berth makes in a folder that everybody may look into, whatever the umask", () => {
  it("is for its owner alone: table, journals, keys, blobs, uploads", async () => {
    const data = given("data");
    const berth = await serve(data);
    await fill(berth);
    const names = globSync("**", { cwd: data });
    expect(names).toEqual(
      expect.arrayContaining(["table.sqlite", "table.sqlite-wal", "lock", "auth/signing-keys.json"]),
    );
    expect(names.filter((name) => /^blobs\/(?:objects|uploads)\/.*\//.test(name)).length).toBeGreaterThan(1);
    expect(openBelow(data)).toEqual([]);
    expect(modeOf(data)).toBe("755");
    expect(warnings).toEqual([]);
    await berth.stop(1000);
    expect(openBelow(data)).toEqual([]);
  });

  it("and so is a backup", async () => {
    const data = given("data");
    const berth = await serve(data);
    await fill(berth);
    const to = given("copy");
    await backup(data, to);
    await berth.stop(1000);
    expect(globSync("**", { cwd: to })).toEqual(expect.arrayContaining(["table.sqlite", "format.json"]));
    expect(openBelow(to)).toEqual([]);
  });

  it("in another process as well", { timeout: 60_000 }, async () => {
    const data = given("data");
    const command = fileURLToPath(new URL("../../local/berth.ts", import.meta.url));
    const script = 'umask 0; exec "$@"';
    await (await serve(data)).stop(1000);
    const to = given("copy");
    const args = ["-c", script, "sh", process.execPath, command, "backup", "--data", data, "--to", to];
    await promisify(execFile)("sh", args);
    expect(openBelow(to)).toEqual([]);
  });
});

describe("what others could open of a data folder", () => {
  async function exposed(data: string): Promise<void> {
    await (await serve(data)).stop(1000);
    for (const [name, mode] of [
      ["table.sqlite", 0o644],
      ["blobs", 0o755],
    ] as const) // as Berth made them once
      chmodSync(join(data, name), mode);
    warnings.splice(0);
  }

  it("is closed by the next start, which tells what it was; the folder itself stays as it is", async () => {
    const data = given("data");
    await exposed(data);
    const berth = await serve(data);
    expect(openBelow(data)).toEqual([]);
    expect(modeOf(data)).toBe("755");
    expect(warnings).toEqual([
      { about: { path: join(data, "table.sqlite"), mode: "644" }, text: expect.stringContaining("no more") },
      { about: { path: join(data, "blobs"), mode: "755" }, text: expect.stringContaining("no more") },
    ]);
    await berth.stop(1000);
  });

  it("is told once", async () => {
    const data = given("data");
    await exposed(data);
    for (const count of [2, 0]) {
      const opened = openDataFolder(data);
      opened.release();
      expect(opened.exposed).toHaveLength(count);
    }
  });

  it.runIf(process.getuid?.() === 0)("ends the start where it can't be closed", () => {
    const NOBODY = 65_534;
    const path = join(folder.path, "table.sqlite");
    writeFileSync(path, "");
    chmodSync(path, 0o664);
    chownSync(folder.path, NOBODY, NOBODY);
    process.seteuid?.(NOBODY);
    try {
      expect(() => closeToOthers(path)).toThrow(
        /mode 664\), and this process may not forbid it \(EPERM\): run Berth as its owner, or .* chmod go=/,
      );
    } finally {
      process.seteuid?.(0);
    }
    expect(modeOf(path)).toBe("664");
  });
});
