import { describe, expect, it } from "vitest";
import { type CachedTable, withReadCache } from "../../../local/stores/read-cache.ts";
import type { Attributes, Item, Table } from "../../../shared/ports/table.ts";
import { createMemoryTable } from "../../../shared/stores/memory-table.ts";
import { describeTable } from "../../contract/table.contract.ts";

describeTable("memory behind the cache of reads", async () => ({
  table: withReadCache(createMemoryTable()),
  close: async () => {},
}));

const key = { pk: "P", sk: "a" };
const put = (attributes: Attributes, at = key) => ({ op: "put", key: at, attributes }) as const;
const list = { pk: "P", prefix: "", limit: 10, consistency: "strong" } as const;

/** A table behind the cache that counts what is asked of it, and waits where a test wants it to. */
function tableBehind(mostBytes?: number) {
  const inner = createMemoryTable();
  const asked = { reads: 0 };
  const held: { read?: Promise<void>; commit?: Promise<void>; answer?: Promise<void> } = {};
  const reading = async <Answer>(read: () => Promise<Answer>): Promise<Answer> => {
    asked.reads += 1;
    const answer = await read();
    await held.read;
    return answer;
  };
  const table: CachedTable = withReadCache(
    {
      ...inner,
      get: (...call) => reading(() => inner.get(...call)),
      query: (query) => reading(() => inner.query(query)),
      write: async (write) => {
        const { commit, answer } = held;
        if (commit) await commit;
        const result = await inner.write(write);
        await answer;
        return result;
      },
    },
    mostBytes,
  );
  return { table, asked, held };
}

const sizeIn = async (table: Table): Promise<unknown> => (await table.get(key, "strong"))?.attributes["size"];
const sizesIn = async (table: Table): Promise<unknown> => {
  const { items } = await table.query(list);
  return items.map(({ attributes }: Item) => attributes["size"]);
};

describe("the cache of reads", () => {
  it("asks the table once for an item and for a page", async () => {
    const { table, asked } = tableBehind();
    await table.write(put({ size: 1 }));
    for (let round = 0; round < 3; round += 1) {
      expect(await sizeIn(table)).toBe(1);
      expect(await sizesIn(table)).toEqual([1]);
    }
    expect(asked.reads).toBe(2);
  });

  it("tells pages apart by everything that was asked for", async () => {
    const { table } = tableBehind();
    for (const sk of ["a", "b", "ba"]) await table.write(put({}, { pk: "P", sk }));
    const names = async (query: Partial<typeof list> & { after?: string; reverse?: boolean }) =>
      (await table.query({ ...list, ...query })).items.map(({ sk }) => sk);
    for (let round = 0; round < 2; round += 1) {
      expect(await names({})).toEqual(["a", "b", "ba"]);
      expect(await names({ reverse: true })).toEqual(["ba", "b", "a"]);
      expect(await names({ after: "a" })).toEqual(["b", "ba"]);
      expect(await names({ limit: 1 as 10 })).toEqual(["a"]);
      expect(await names({ prefix: "b" as "" })).toEqual(["b", "ba"]);
    }
  });

  it("never answers what a write has changed, once the write is answered", async () => {
    const { table } = tableBehind();
    await table.write(put({ size: 1 }));
    expect(await sizeIn(table)).toBe(1);
    expect(await sizesIn(table)).toEqual([1]);
    await table.write(put({ size: 2 }));
    expect(await sizeIn(table)).toBe(2);
    expect(await sizesIn(table)).toEqual([2]);
    await table.transact([put({ size: 3 })]);
    expect(await sizeIn(table)).toBe(3);
    expect(await sizesIn(table)).toEqual([3]);
  });

  it("answers what the table says while a write is under way, of all that the write changes", async () => {
    const { table, held } = tableBehind();
    await table.write(put({ size: 1 }));
    expect(await sizeIn(table)).toBe(1);
    const answered = Promise.withResolvers<void>();
    held.answer = answered.promise;
    const writing = table.write(put({ size: 2 }));
    // The write is committed, and its answer on the way: no read may say otherwise after one that saw it.
    expect(await sizesIn(table)).toEqual([2]);
    expect(await sizeIn(table)).toBe(2);
    answered.resolve();
    await writing;
    expect(await sizeIn(table)).toBe(2);
  });

  it("does not keep what was read before a write, and came after it", async () => {
    const { table, held } = tableBehind();
    await table.write(put({ size: 1 }));
    const arrived = Promise.withResolvers<void>();
    held.read = arrived.promise;
    const early = Promise.all([sizeIn(table), sizesIn(table)]);
    await table.write(put({ size: 2 }));
    arrived.resolve();
    await early;
    expect(await sizeIn(table)).toBe(2);
    expect(await sizesIn(table)).toEqual([2]);
  });

  it("does not keep what was read during a write, and came after it", async () => {
    const { table, held } = tableBehind();
    const [committing, arrived] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await table.write(put({ size: 1 }));
    held.commit = committing.promise;
    held.read = arrived.promise;
    const writing = table.write(put({ size: 2 }));
    const during = Promise.all([sizeIn(table), sizesIn(table)]);
    committing.resolve();
    await writing;
    arrived.resolve();
    expect(await during).toEqual([1, [1]]);
    expect(await sizeIn(table)).toBe(2);
    expect(await sizesIn(table)).toEqual([2]);
  });

  it("keeps nothing while one of two writes is still under way", async () => {
    const { table, held } = tableBehind();
    const committing = Promise.withResolvers<void>();
    held.commit = committing.promise;
    const late = table.write(put({ size: 2 }));
    delete held.commit;
    await table.write(put({ size: 1 }));
    expect(await sizeIn(table)).toBe(1);
    committing.resolve();
    await late;
    expect(await sizeIn(table)).toBe(2);
  });

  it("shares no bytes with those who ask", async () => {
    const { table } = tableBehind();
    await table.write(put({ bytes: Uint8Array.of(1, 2, 3) }));
    for (let round = 0; round < 3; round += 1) {
      const item = await table.get(key, "strong");
      const { items } = await table.query(list);
      for (const each of [item, items[0]]) {
        const bytes = each?.attributes["bytes"];
        expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
        if (bytes instanceof Uint8Array) bytes.fill(7);
      }
    }
  });

  it("keeps what others were asked for when a partition is written", async () => {
    const { table, asked } = tableBehind();
    const other = { pk: "Q", sk: "a" };
    await table.write(put({ size: 1 }, other));
    await table.get(other, "strong");
    await table.write(put({ size: 2 }));
    await table.get(other, "strong");
    expect(asked.reads).toBe(1);
  });

  it("starts anew rather than to hold more than it may", async () => {
    const { table, asked } = tableBehind(10_000);
    const keys = Array.from({ length: 9 }, (_, at) => ({ pk: `P${at}`, sk: "a" }));
    for (const each of keys) await table.write(put({ bytes: new Uint8Array(3000) }, each));
    for (const each of keys) await table.get(each, "strong");
    expect(asked.reads).toBe(9);
    for (const each of keys.toReversed()) await table.get(each, "strong");
    expect(asked.reads).toBeGreaterThan(13);
    expect(asked.reads).toBeLessThan(18);
  });
});
