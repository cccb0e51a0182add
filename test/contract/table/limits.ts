import { describe, expect, it } from "vitest";
import {
  type Attributes,
  type Key,
  type Put,
  TableLimitError,
  type Value,
  type Write,
} from "../../../shared/ports/table.ts";
import {
  attributesOf,
  freshKey,
  freshPartition,
  insist,
  put,
  sortKeysOf,
  type TableUnderTest,
} from "./context.ts";

const ITEM_BYTES = 400 * 1024;

/** Fills an item to exactly so many bytes, as DynamoDB counts: names and values, those of the key too. */
const filled = ({ pk, sk }: Key, bytes: number): Attributes => ({
  fill: new Uint8Array(bytes - `pk${pk}sk${sk}fill`.length),
});

export function describeItemLimits(test: TableUnderTest): void {
  describe("an item", () => {
    it("may have 400 KB, names included, and no byte more", async () => {
      const key = freshKey();
      await put(test.table, key, filled(key, ITEM_BYTES));
      await expect(
        test.table.write({ op: "put", key, attributes: filled(key, ITEM_BYTES + 1) }),
      ).rejects.toThrow(TableLimitError);
      expect(await attributesOf(test.table, key)).toEqual(filled(key, ITEM_BYTES));
    });

    it("does not grow beyond 400 KB by updates", async () => {
      const key = freshKey();
      await put(test.table, key, filled(key, ITEM_BYTES - "more".length));
      await expect(insist(() => test.table.write({ op: "update", key, set: { more: "1" } }))).rejects.toThrow(
        TableLimitError,
      );
      expect(await attributesOf(test.table, key)).toEqual(filled(key, ITEM_BYTES - "more".length));
    });

    it("counts text in UTF-8 bytes", async () => {
      const key = freshKey();
      const room = ITEM_BYTES - `pk${key.pk}sk${key.sk}text`.length;
      await put(test.table, key, { text: "é".repeat(Math.floor(room / 2)) });
      await expect(
        test.table.write({ op: "put", key, attributes: { text: "é".repeat(Math.floor(room / 2) + 1) } }),
      ).rejects.toThrow(TableLimitError);
    });

    it("has a sort key of at most 1024 bytes and a partition key of at most 2048", async () => {
      const pk = freshPartition();
      await put(test.table, { pk, sk: "é".repeat(512) }, {});
      await expect(
        test.table.write({ op: "put", key: { pk, sk: "é".repeat(513) }, attributes: {} }),
      ).rejects.toThrow(TableLimitError);
      await put(test.table, { pk: pk.padEnd(2048, "x"), sk: "A" }, {});
      await expect(test.table.get({ pk: pk.padEnd(2049, "x"), sk: "A" }, "strong")).rejects.toThrow(
        TableLimitError,
      );
    });

    it("has no empty key, and none that is no Unicode text", async () => {
      const pk = freshPartition();
      for (const key of [
        { pk: "", sk: "A" },
        { pk, sk: "" },
        { pk, sk: "\ud800" },
      ]) {
        await expect(test.table.write({ op: "put", key, attributes: {} })).rejects.toThrow(TableLimitError);
        await expect(test.table.get(key, "strong")).rejects.toThrow(TableLimitError);
      }
    });

    it.each<readonly [string, unknown]>([
      ["null", null],
      ["undefined", undefined],
      ["NaN", Number.NaN],
      ["Infinity", Number.POSITIVE_INFINITY],
      ["a number too large for DynamoDB", 1e126],
      ["a bigint", 1n],
      ["a list", ["x"]],
      ["an object", { x: 1 }],
      ["half a surrogate pair", "\udc00"],
    ])("has no attribute of %s", async (_, value) => {
      const key = freshKey();
      await expect(
        test.table.write({ op: "put", key, attributes: { value: value as Value } }),
      ).rejects.toThrow(TableLimitError);
      expect(await attributesOf(test.table, key)).toBeUndefined();
    });

    it.each(["", "pk", "sk", "__proto__"])("has no attribute named '%s'", async (name) => {
      const attributes = Object.fromEntries([["fine", 1] as const]);
      Object.defineProperty(attributes, name, { value: 1, enumerable: true });
      await expect(test.table.write({ op: "put", key: freshKey(), attributes })).rejects.toThrow(
        TableLimitError,
      );
    });

    it("expires at a whole second", async () => {
      await put(test.table, freshKey(), { expires: 1_900_000_000 });
      await expect(
        test.table.write({ op: "put", key: freshKey(), attributes: { expires: 1.5 } }),
      ).rejects.toThrow(TableLimitError);
      await expect(
        test.table.write({ op: "put", key: freshKey(), attributes: { expires: "soon" } }),
      ).rejects.toThrow(TableLimitError);
    });
  });
}

export function describeRequestLimits(test: TableUnderTest): void {
  const putAt = (pk: string, sk: string, bytes?: number): Put => {
    const key = { pk, sk };
    return { op: "put", key, attributes: bytes === undefined ? {} : filled(key, bytes) };
  };

  describe("an update that is refused", () => {
    it.each<readonly [string, Omit<Extract<Write, { op: "update" }>, "key" | "op">]>([
      ["says nothing", {}],
      ["names an attribute twice", { set: { count: 1 }, add: { count: 1 } }],
      ["adds a fraction", { add: { count: 0.5 } }],
      ["adds to a text", { add: { text: 1 } }],
      ["adds beyond the exact integers", { add: { most: 1 } }],
      ["only removes, without requiring that the item exists", { remove: ["text"] }],
    ])("%s, and changes nothing", async (_, change) => {
      const key = freshKey();
      const item = { text: "1", count: 1, most: Number.MAX_SAFE_INTEGER };
      await put(test.table, key, item);
      await expect(insist(() => test.table.write({ op: "update", key, ...change }))).rejects.toThrow(
        TableLimitError,
      );
      expect(await attributesOf(test.table, key)).toEqual(item);
    });
  });

  describe("a transaction that is refused", () => {
    it("has more than 100 operations, or none", async () => {
      const pk = freshPartition();
      await expect(
        test.table.transact(Array.from({ length: 101 }, (_, at) => putAt(pk, `${at}`))),
      ).rejects.toThrow(TableLimitError);
      await expect(test.table.transact([])).rejects.toThrow(TableLimitError);
      expect(await sortKeysOf(test.table, { pk, prefix: "" })).toEqual([]);
    });

    it("names one item twice", async () => {
      const pk = freshPartition();
      const check = { op: "check", key: { pk, sk: "A" }, only: [{ kind: "absent" }] } as const;
      await expect(test.table.transact([putAt(pk, "A"), check])).rejects.toThrow(TableLimitError);
      expect(await sortKeysOf(test.table, { pk, prefix: "" })).toEqual([]);
    });

    it("has a check without a condition", async () => {
      await expect(test.table.transact([{ op: "check", key: freshKey(), only: [] }])).rejects.toThrow(
        TableLimitError,
      );
    });

    it("writes more than 4 MB", async () => {
      const pk = freshPartition();
      const puts = Array.from({ length: 11 }, (_, at) => putAt(pk, `${at}`, ITEM_BYTES));
      await expect(test.table.transact(puts)).rejects.toThrow(TableLimitError);
      const unmet = puts.map((each) => ({ ...each, only: [{ kind: "exists" }] }) as const);
      await expect(test.table.transact(unmet)).rejects.toThrow(TableLimitError);
      expect(await sortKeysOf(test.table, { pk, prefix: "" })).toEqual([]);
      expect(await insist(() => test.table.transact(puts.slice(0, 10)))).toEqual({ outcome: "written" });
    });

    it("touches more than 4 MB of items, however little it changes", async () => {
      const pk = freshPartition();
      const puts = Array.from({ length: 11 }, (_, at) => putAt(pk, `${at}`, ITEM_BYTES - 100));
      await insist(() => test.table.transact(puts.slice(0, 10)));
      await insist(() => test.table.transact(puts.slice(10)));
      const touches = puts.map(({ key }) => ({ op: "update", key, set: { touched: true } }) as const);
      const outcome = await insist(() => test.table.transact(touches)).then(
        (result) => result.outcome,
        (error: Error) => error.name,
      );
      expect(outcome).toBe(test.generous ? "written" : "TableLimitError");
      const after = await attributesOf(test.table, { pk, sk: "0" });
      expect(after?.["touched"]).toBe(test.generous ? true : undefined);
    });
  });

  describe("a read that is refused", () => {
    it("asks for more than 100 keys, or for one twice", async () => {
      const pk = freshPartition();
      const keys = Array.from({ length: 101 }, (_, at) => ({ pk, sk: `${at}` }));
      await expect(test.table.getMany(keys)).rejects.toThrow(TableLimitError);
      await expect(
        test.table.getMany([
          { pk, sk: "A" },
          { pk, sk: "A" },
        ]),
      ).rejects.toThrow(TableLimitError);
    });

    it.each([0, -1, 1.5, Number.NaN])("asks for a page of %s items", async (limit) => {
      await expect(
        test.table.query({ pk: freshPartition(), prefix: "", limit, consistency: "strong" }),
      ).rejects.toThrow(TableLimitError);
    });
  });
}
