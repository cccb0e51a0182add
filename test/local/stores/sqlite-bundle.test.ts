import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { tableFile } from "../../support/sqlite-table.ts";

const source = (name: string): string =>
  fileURLToPath(new URL(`../../../local/stores/${name}`, import.meta.url));
const run = promisify(execFile);

describe("the SQLite table in a bundle", () => {
  it("finds its thread's entry point beside it", async () => {
    const { folder, file } = await tableFile();
    const entry = join(folder, "entry.ts");
    await writeFile(
      entry,
      `import { openSqliteTable } from ${JSON.stringify(source("sqlite-table.ts"))};
       const table = await openSqliteTable({ file: process.argv[2] ?? "", report: console.error });
       console.log((await table.write({ op: "put", key: { pk: "A", sk: "A" }, attributes: {} })).outcome);
       await table.close();`,
    );
    await build({
      entryPoints: [
        { in: entry, out: "entry" },
        { in: source("sqlite-worker.ts"), out: "sqlite-worker" },
      ],
      outdir: join(folder, "dist"),
      outExtension: { ".js": ".mjs" },
      bundle: true,
      platform: "node",
      format: "esm",
    });
    const { stdout, stderr } = await run(process.execPath, [join(folder, "dist", "entry.mjs"), file]);
    expect({ stdout, stderr }).toEqual({ stdout: "written\n", stderr: "" });
  });
});
