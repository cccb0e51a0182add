import { describe, expect, it } from "vitest";
import type { Check, Write } from "../../../shared/ports/table.ts";
import { attributesOf, freshPartition, insist, put, sortKeysOf, type TableUnderTest } from "./context.ts";

export function describeTransactions(test: TableUnderTest): void {
  describe("a transaction", () => {
    it("writes all of its operations where every condition holds", async () => {
      const pk = freshPartition();
      const key = (sk: string) => ({ pk, sk });
      await put(test.table, key("UPDATED"), { count: 1 });
      await put(test.table, key("DELETED"), { old: true });
      await put(test.table, key("CHECKED"), { version: 7 });
      const operations: readonly (Write | Check)[] = [
        { op: "put", key: key("PUT"), attributes: { fresh: true }, only: [{ kind: "absent" }] },
        { op: "update", key: key("UPDATED"), add: { count: 1 }, only: [{ kind: "exists" }] },
        { op: "delete", key: key("DELETED"), only: [{ kind: "exists" }] },
        { op: "check", key: key("CHECKED"), only: [{ kind: "equals", attribute: "version", value: 7 }] },
      ];
      expect(await insist(() => test.table.transact(operations))).toEqual({ outcome: "written" });
      expect(await attributesOf(test.table, key("PUT"))).toEqual({ fresh: true });
      expect(await attributesOf(test.table, key("UPDATED"))).toEqual({ count: 2 });
      expect(await attributesOf(test.table, key("DELETED"))).toBeUndefined();
      expect(await attributesOf(test.table, key("CHECKED"))).toEqual({ version: 7 });
    });

    it("writes nothing where a condition fails, and names every position that did", async () => {
      const pk = freshPartition();
      const key = (sk: string) => ({ pk, sk });
      await put(test.table, key("PRESENT"), { version: 7 });
      const operations: readonly (Write | Check)[] = [
        { op: "put", key: key("A"), attributes: {} },
        { op: "put", key: key("PRESENT"), attributes: {}, only: [{ kind: "absent" }] },
        { op: "update", key: key("B"), set: { b: 1 }, only: [{ kind: "absent" }] },
        { op: "check", key: key("MISSING"), only: [{ kind: "exists" }] },
        { op: "delete", key: key("C"), only: [{ kind: "lacks", attribute: "held" }] },
      ];
      const result = await insist(() => test.table.transact(operations));
      expect(result).toEqual({ outcome: "condition-failed", failed: [1, 3] });
      expect(await sortKeysOf(test.table, { pk, prefix: "" })).toEqual(["PRESENT"]);
      expect(await attributesOf(test.table, key("PRESENT"))).toEqual({ version: 7 });
    });

    it("may consist of checks alone", async () => {
      const pk = freshPartition();
      await put(test.table, { pk, sk: "PRESENT" }, {});
      const check = (sk: string): Check => ({ op: "check", key: { pk, sk }, only: [{ kind: "exists" }] });
      const held = await insist(() => test.table.transact([check("PRESENT")]));
      expect(held).toEqual({ outcome: "written" });
      const failed = await insist(() => test.table.transact([check("PRESENT"), check("MISSING")]));
      expect(failed).toEqual({ outcome: "condition-failed", failed: [1] });
    });

    it("spans partitions", async () => {
      const [here, there] = [freshPartition(), freshPartition()];
      const puts = [here, there].map(
        (pk) => ({ op: "put", key: { pk, sk: "X" }, attributes: { pk_: pk } }) as const,
      );
      expect(await insist(() => test.table.transact(puts))).toEqual({ outcome: "written" });
      expect(await attributesOf(test.table, { pk: there, sk: "X" })).toEqual({ pk_: there });
    });

    it("takes 100 operations", async () => {
      const pk = freshPartition();
      const puts = Array.from(
        { length: 100 },
        (_, at) => ({ op: "put", key: { pk, sk: `${at}` }, attributes: { at } }) as const,
      );
      expect(await insist(() => test.table.transact(puts))).toEqual({ outcome: "written" });
      expect(await sortKeysOf(test.table, { pk, prefix: "" })).toHaveLength(100);
    });
  });
}
