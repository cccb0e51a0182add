import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSqliteTable, type SqliteTable } from "../../../local/stores/sqlite-table.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const NOW = 1_800_000_000;
const key = (sk: string) => ({ pk: "EXPIRY", sk });
const put = (sk: string, attributes: Record<string, number>) =>
  ({ op: "put", key: key(sk), attributes }) as const;

describe("items that expire", () => {
  let table: SqliteTable;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
    table = await openSqliteTable({ file: join(folder.path, "table.db"), report: () => {} });
  });
  afterAll(async () => {
    await table.close();
    await folder.remove();
  });

  const left = async (): Promise<readonly string[]> => {
    const { items } = await table.query({ pk: "EXPIRY", prefix: "", limit: 1000, consistency: "strong" });
    return items.map(({ sk }) => sk);
  };

  it("go when their time is past, however many they are, and no others do", async () => {
    const past = Array.from({ length: 450 }, (_, at) => put(`past-${at}`, { expires: NOW - 1 - at }));
    const kept = [
      put("never", { size: 1 }),
      put("now", { expires: NOW }),
      put("later", { expires: NOW + 1 }),
    ];
    await Promise.all([...past, ...kept].map((write) => table.write(write)));
    expect(await table.dropExpired(NOW)).toBe(450);
    expect(await left()).toEqual(["later", "never", "now"]);
    expect(await table.dropExpired(NOW)).toBe(0);
  });

  it("follow what an update makes of their time", async () => {
    await table.write({ op: "update", key: key("later"), set: { expires: NOW - 5 } });
    await table.write({ op: "update", key: key("now"), set: { expires: NOW + 5 } });
    await table.write({ op: "update", key: key("never"), set: { expires: NOW - 5 } });
    await table.write({ op: "update", key: key("never"), set: { size: 2 }, remove: ["expires"] });
    expect(await table.dropExpired(NOW + 1)).toBe(1);
    expect(await left()).toEqual(["never", "now"]);
  });
});
