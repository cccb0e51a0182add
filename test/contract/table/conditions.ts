import { describe, expect, it } from "vitest";
import type { Attributes, Clause, Key, Write } from "../../../shared/ports/table.ts";
import { attributesOf, freshKey, insist, put, type TableUnderTest } from "./context.ts";

interface Case {
  readonly only: readonly Clause[];
  /** the item before; undefined where it is absent */
  readonly item: Attributes | undefined;
  readonly holds: boolean;
}
const ITEM: Attributes = { state: "open", version: 3, live: true };
const exists: Clause = { kind: "exists" };
const absent: Clause = { kind: "absent" };
const equals = (attribute: string, value: string | number | boolean): Clause => ({
  kind: "equals",
  attribute,
  value,
});
const lacks = (attribute: string): Clause => ({ kind: "lacks", attribute });

const CASES: readonly Case[] = [
  { only: [], item: ITEM, holds: true },
  { only: [], item: undefined, holds: true },
  { only: [exists], item: ITEM, holds: true },
  { only: [exists], item: {}, holds: true },
  { only: [exists], item: undefined, holds: false },
  { only: [absent], item: ITEM, holds: false },
  { only: [absent], item: undefined, holds: true },
  { only: [equals("state", "open")], item: ITEM, holds: true },
  { only: [equals("version", 3)], item: ITEM, holds: true },
  { only: [equals("live", true)], item: ITEM, holds: true },
  { only: [equals("state", "closed")], item: ITEM, holds: false },
  { only: [equals("version", "3")], item: ITEM, holds: false },
  { only: [equals("live", false)], item: ITEM, holds: false },
  { only: [equals("missing", "open")], item: ITEM, holds: false },
  { only: [equals("state", "open")], item: undefined, holds: false },
  { only: [lacks("missing")], item: ITEM, holds: true },
  { only: [lacks("constructor")], item: ITEM, holds: true },
  { only: [lacks("state")], item: ITEM, holds: false },
  { only: [lacks("state")], item: { state: "" }, holds: false },
  { only: [lacks("live")], item: { live: false }, holds: false },
  { only: [lacks("state")], item: undefined, holds: true },
  { only: [exists, equals("version", 3), lacks("condemned")], item: ITEM, holds: true },
  { only: [exists, equals("version", 3), lacks("state")], item: ITEM, holds: false },
];

const WRITES = {
  put: (key: Key, only: readonly Clause[]): Write => ({
    op: "put",
    key,
    only,
    attributes: { changed: true },
  }),
  update: (key: Key, only: readonly Clause[]): Write => ({ op: "update", key, only, set: { changed: true } }),
  delete: (key: Key, only: readonly Clause[]): Write => ({ op: "delete", key, only }),
} as const;
const AFTER = {
  put: () => ({ changed: true }),
  update: (item: Attributes | undefined) => ({ ...item, changed: true }),
  delete: () => undefined,
} as const;

const describeClauses = (only: readonly Clause[]): string =>
  only.map((clause) => Object.values(clause).join(" ")).join(" and ") || "nothing";

export function describeConditions(test: TableUnderTest): void {
  describe.each(["put", "update", "delete"] as const)("a conditional %s", (op) => {
    it.each(CASES.map((each) => ({ ...each, when: describeClauses(each.only) })))(
      "that requires $when of $item",
      async ({ only, item, holds }) => {
        const key = freshKey();
        if (item) await put(test.table, key, item);
        const result = await insist(() => test.table.write(WRITES[op](key, only)));
        const after = holds ? AFTER[op](item) : item;
        const answered = op === "update" ? after : {};
        expect(result).toEqual(
          holds ? { outcome: "written", attributes: answered } : { outcome: "condition-failed", failed: [0] },
        );
        expect(await attributesOf(test.table, key)).toEqual(after);
      },
    );
  });

  describe("a put", () => {
    it("replaces the whole item", async () => {
      const key = freshKey();
      await put(test.table, key, { first: 1, both: 1 });
      await put(test.table, key, { second: 2, both: 2 });
      expect(await attributesOf(test.table, key)).toEqual({ second: 2, both: 2 });
    });
  });

  describe("a delete", () => {
    it("of an absent item is no error", async () => {
      const result = await insist(() => test.table.write({ op: "delete", key: freshKey() }));
      expect(result).toEqual({ outcome: "written", attributes: {} });
    });
  });
}
