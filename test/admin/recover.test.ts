import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openSqliteTable } from "../../local/stores/sqlite-table.ts";
import { systemClock } from "../../local/system-clock.ts";
import { createPolicies } from "../../shared/access/policies.ts";
import { createIdentities } from "../../shared/identities/identities.ts";
import { runBerth, spawnBerth } from "../support/berth-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const recover = (data: string, ...more: readonly string[]) =>
  runBerth(["key", "recover", "--data", data, ...more]);

/** Who logs in with these, in the table of a data folder. */
async function whoIs(data: string, name: string, secret: string) {
  const table = await openSqliteTable({ file: join(data, "table.sqlite"), report: () => {} });
  try {
    return await createIdentities({ table, clock: systemClock }).authenticate({ name, secret });
  } finally {
    await table.close();
  }
}

describe("berth key recover", () => {
  it("makes a key in the data folder, for a person who may be new, and goes with a backup", async () => {
    const folder = await temporaryFolder();
    onTestFinished(folder.remove);
    const data = join(folder.path, "data");
    const serving = await spawnBerth({ data });
    const busy = await recover(data);
    expect(busy).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(data) });
    await serving.kill("SIGTERM");

    const { code, stdout } = await recover(data, "--json");
    const { secret, owner } = JSON.parse(stdout) as { secret: string; owner: string };
    expect({ code, owner }).toEqual({ code: 0, owner: "user:admin" });
    expect(await whoIs(data, "admin", secret)).toMatchObject({ kind: "person", name: "admin" });
    expect((await recover(data, "--person", "ada")).stdout).toMatch(
      /^Added the access key [0-9a-f]{16} of user:ada, good for a day/,
    );
    expect((await recover(data)).code).toBe(0);

    const copy = join(folder.path, "copy");
    expect((await runBerth(["backup", "--data", data, "--to", copy])).code).toBe(0);
    expect(await whoIs(copy, "admin", secret)).toMatchObject({ kind: "person", name: "admin" });
  });

  it("takes a policy away that was set, where that is asked for", async () => {
    const folder = await temporaryFolder();
    onTestFinished(folder.remove);
    const data = join(folder.path, "data");
    await (await spawnBerth({ data })).kill("SIGTERM");
    const source = async (set?: string) => {
      const table = await openSqliteTable({ file: join(data, "table.sqlite"), report: () => {} });
      const policies = createPolicies({ table, clock: systemClock });
      if (set !== undefined) await policies.set(set, "user:admin");
      const { kind } = (await policies.inForce()).source;
      await table.close();
      return kind;
    };
    expect(await source("version: 1\nrules: []\n")).toBe("set");
    expect((await recover(data)).code).toBe(0);
    expect(await source()).toBe("set");
    expect((await recover(data, "--reset-policy")).code).toBe(0);
    expect(await source()).toBe("built-in");
  });

  it("makes nothing where there is no registry, and for what is no name", async () => {
    const folder = await temporaryFolder();
    onTestFinished(folder.remove);
    const nowhere = join(folder.path, "nowhere");
    expect(await recover(nowhere)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no registry in"),
    });
    expect(existsSync(nowhere)).toBe(false);
    expect(await recover(folder.path, "--person", "Ada")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--person is 'Ada'"),
    });
  });
});
