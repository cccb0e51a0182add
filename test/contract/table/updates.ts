import { describe, expect, it } from "vitest";
import type { Key, Update } from "../../../shared/ports/table.ts";
import { attributesOf, freshKey, insist, put, type TableUnderTest } from "./context.ts";

export function describeUpdates(test: TableUnderTest): void {
  const update = (key: Key, change: Omit<Update, "op" | "key">) =>
    insist(() => test.table.write({ op: "update", key, ...change }));

  describe("an update", () => {
    it("creates the item where it is absent", async () => {
      const key = freshKey();
      const result = await update(key, { set: { state: "open" }, add: { count: 2 } });
      expect(result).toEqual({ outcome: "written", attributes: { state: "open", count: 2 } });
      expect(await attributesOf(test.table, key)).toEqual({ state: "open", count: 2 });
    });

    it("sets, adds and removes at once, keeps the rest, and answers with the item as it is then", async () => {
      const key = freshKey();
      await put(test.table, key, { kept: "k", changed: "old", removed: "r", count: 40 });
      const after = { kept: "k", changed: "new", created: Uint8Array.of(1), count: 42, other: -1 };
      const result = await update(key, {
        set: { changed: "new", created: Uint8Array.of(1) },
        add: { count: 2, other: -1 },
        remove: ["removed"],
      });
      expect(result).toEqual({ outcome: "written", attributes: after });
      expect(await attributesOf(test.table, key)).toEqual(after);
    });

    it("counts an absent attribute as 0, also one that every object inherits", async () => {
      const key = freshKey();
      await put(test.table, key, { other: 1 });
      await update(key, { add: { count: 5, valueOf: 1 } });
      expect(await attributesOf(test.table, key)).toEqual({ other: 1, count: 5, valueOf: 1 });
    });

    it("removes attributes that are absent without a complaint", async () => {
      const key = freshKey();
      await put(test.table, key, { kept: 1 });
      const result = await update(key, { remove: ["missing"], only: [{ kind: "exists" }] });
      expect(result).toEqual({ outcome: "written", attributes: { kept: 1 } });
    });

    it("may take away all attributes and leave the item", async () => {
      const key = freshKey();
      await put(test.table, key, { last: 1 });
      await update(key, { remove: ["last"], only: [{ kind: "exists" }] });
      expect(await attributesOf(test.table, key)).toEqual({});
    });
  });
}
