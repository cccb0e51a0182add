import { describe, expect, it } from "vitest";
import { StoreUnavailableError, type Table } from "../../shared/ports/table.ts";
import { type Fault, injectFaults } from "../../shared/stores/faulty-table.ts";
import { createMemoryTable } from "../../shared/stores/memory-table.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { attributesOf, freshKey, freshPartition, put, putKeys, readPages } from "./table/context.ts";
import { describeTable } from "./table.contract.ts";

const KEY = { pk: "REPO#a", sk: "TAG#latest" } as const;

const faulty = (inner: Table, rates: Partial<Record<Fault, number>>, seed = 1): Table =>
  injectFaults(inner, { random: seededRandom(seed), rates });

const overMemory = (rates: Partial<Record<Fault, number>>) => async () => ({
  table: faulty(createMemoryTable(), rates),
  close: async () => {},
});

describeTable("a table without faults", overMemory({}));
// What a caller of the port must live with even on a good day.
describeTable(
  "a table with busy items, short pages and unprocessed keys",
  overMemory({ conflict: 0.2, throttled: 0.2, unprocessed: 0.5, "short-page": 0.5 }),
);

describe("an injected fault", () => {
  it.each(["conflict", "throttled"] as const)("%s refuses a write and leaves no trace", async (fault) => {
    const inner = createMemoryTable();
    const table = faulty(inner, { [fault]: 1 });
    expect(await table.write({ op: "put", key: KEY, attributes: {} })).toEqual({ outcome: fault });
    expect(await table.transact([{ op: "put", key: KEY, attributes: {} }])).toEqual({ outcome: fault });
    expect(await attributesOf(inner, KEY)).toBeUndefined();
  });

  it.each([
    { fault: "unknown-written", left: { a: 1 } },
    { fault: "unknown-unwritten", left: undefined },
  ] as const)("$fault loses the answer, and leaves $left", async ({ fault, left }) => {
    const inner = createMemoryTable();
    const table = faulty(inner, { [fault]: 1 });
    const write = { op: "put", key: KEY, attributes: { a: 1 } } as const;
    expect(await table.write(write)).toMatchObject({ outcome: "unknown" });
    expect(await table.transact([write])).toMatchObject({ outcome: "unknown" });
    expect(await attributesOf(inner, KEY)).toEqual(left);
  });

  it("unavailable fails every kind of read", async () => {
    const table = faulty(createMemoryTable(), { unavailable: 1 });
    const query = { pk: KEY.pk, prefix: "", limit: 1, consistency: "strong" } as const;
    await expect(table.get(KEY, "strong")).rejects.toThrow(StoreUnavailableError);
    await expect(table.getMany([KEY])).rejects.toThrow(StoreUnavailableError);
    await expect(table.query(query)).rejects.toThrow(StoreUnavailableError);
  });

  it("unprocessed gives some keys of a batch back, never all", async () => {
    const inner = createMemoryTable();
    const table = faulty(inner, { unprocessed: 1 });
    const pk = freshPartition();
    const keys = Array.from({ length: 20 }, (_, at) => ({ pk, sk: `${at}` }));
    await putKeys(
      inner,
      pk,
      keys.map(({ sk }) => sk),
    );
    const { items, unprocessed } = await table.getMany(keys);
    expect(items.length).toBeGreaterThan(0);
    expect(unprocessed.length).toBeGreaterThan(0);
    expect(items.length + unprocessed.length).toBe(20);
    expect((await table.getMany(keys.slice(0, 1))).items).toHaveLength(1);
  });

  it("short-page ends a page early, and the next one goes on there", async () => {
    const inner = createMemoryTable();
    const table = faulty(inner, { "short-page": 1 });
    const pk = freshPartition();
    await putKeys(inner, pk, ["A", "B", "C", "D", "E"]);
    const { items, pages } = await readPages(table, { pk, prefix: "" });
    expect(pages.length).toBeGreaterThan(1);
    expect(items.map(({ sk }) => sk)).toEqual(["A", "B", "C", "D", "E"]);
  });

  it("stale answers an eventual read with what was before the last write, and no strong one", async () => {
    const table = faulty(createMemoryTable(), { stale: 1 });
    const key = freshKey();
    await put(table, key, { version: 1 });
    expect(await table.get(key, "eventual")).toBeUndefined();
    await put(table, key, { version: 2 });
    expect((await table.get(key, "eventual"))?.attributes).toEqual({ version: 1 });
    expect(await attributesOf(table, key)).toEqual({ version: 2 });
  });

  it("stale lists deleted items, leaves out new ones and keeps to order and limit", async () => {
    const inner = createMemoryTable();
    const table = faulty(inner, { stale: 1 });
    const pk = freshPartition();
    await putKeys(inner, pk, ["A", "C", "E"]);
    await putKeys(table, pk, ["B", "D"]);
    await table.write({ op: "delete", key: { pk, sk: "C" } });
    const seen = new Set<string>();
    for (let round = 0; round < 50; round += 1) {
      const query = { pk, prefix: "", limit: 4, consistency: "eventual" } as const;
      seen.add((await table.query(query)).items.map(({ sk }) => sk).join(""));
    }
    expect(seen).toContain("ABCD");
    expect(seen).toContain("ACE");
    expect([...seen].every((keys) => /^AB?C?D?E?$/.test(keys))).toBe(true);
    const strong = await readPages(table, { pk, prefix: "" });
    expect(strong.items.map(({ sk }) => sk)).toEqual(["A", "B", "D", "E"]);
  });

  it("comes in the same places with the same seed", async () => {
    const outcomes = async (seed: number): Promise<readonly string[]> => {
      const table = faulty(createMemoryTable(), { conflict: 0.3, "unknown-written": 0.3 }, seed);
      const writes = Array.from({ length: 50 }, () => table.write({ op: "delete", key: KEY }));
      return (await Promise.all(writes)).map(({ outcome }) => outcome);
    };
    expect(await outcomes(7)).toEqual(await outcomes(7));
    expect(await outcomes(7)).not.toEqual(await outcomes(8));
  });
});
