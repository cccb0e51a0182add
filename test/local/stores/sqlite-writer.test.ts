import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startWriter, type TableProblem } from "../../../local/stores/sqlite-writer.ts";
import { tableFile } from "../../support/sqlite-table.ts";

describe("the thread that writes", () => {
  it("leaves nobody waiting when it dies, reports it, and takes nothing more", async () => {
    const { folder } = await tableFile();
    const problems: TableProblem[] = [];
    const settings = { file: join(folder, "missing", "table.db") };
    const writer = startWriter(settings, (problem) => problems.push(problem));
    const operations = [{ op: "delete", key: { pk: "A", sk: "A" } }] as const;
    const answers = await Promise.all([writer.submit(operations), writer.submit(operations)]);
    const cause = expect.stringMatching(/thread that writes has failed: unable to open database file/);
    expect(answers).toEqual([
      { outcome: "unknown", cause },
      { outcome: "unknown", cause },
    ]);
    expect(await writer.submit(operations)).toEqual({ outcome: "refused", cause });
    expect(problems).toMatchObject([
      { during: "worker", cause: { message: "unable to open database file" } },
    ]);
    await writer.close();
  });
});
