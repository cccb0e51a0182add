import { describe, expect, it } from "vitest";
import type { Write } from "../../../shared/ports/table.ts";
import { attributesOf, freshKey, freshPartition, insist, put, type TableUnderTest } from "./context.ts";

const times = <Result>(count: number, run: (at: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => run(at)));

const outcomes = (results: readonly { readonly outcome: string }[], outcome: string): number =>
  results.filter((result) => result.outcome === outcome).length;

export function describeRaces(test: TableUnderTest): void {
  describe("writers that race", () => {
    it("lets exactly one of 50 create an item", async () => {
      const key = freshKey();
      const results = await times(50, (writer) => {
        const create: Write = { op: "put", key, attributes: { writer }, only: [{ kind: "absent" }] };
        return insist(() => test.table.write(create));
      });
      expect(outcomes(results, "written")).toBe(1);
      expect(outcomes(results, "condition-failed")).toBe(49);
      const winner = results.findIndex(({ outcome }) => outcome === "written");
      expect(await attributesOf(test.table, key)).toEqual({ writer: winner });
    });

    it("lets exactly one of 50 replace a version", async () => {
      const key = freshKey();
      await put(test.table, key, { version: 1 });
      const results = await times(50, () =>
        insist(() =>
          test.table.write({
            op: "update",
            key,
            add: { version: 1 },
            only: [{ kind: "equals", attribute: "version", value: 1 }],
          }),
        ),
      );
      expect(outcomes(results, "written")).toBe(1);
      expect(await attributesOf(test.table, key)).toEqual({ version: 2 });
    });

    it("sums up 200 additions, and gives each its own answer", async () => {
      const key = freshKey();
      const results = await times(200, () =>
        insist(() => test.table.write({ op: "update", key, add: { count: 1 } })),
      );
      const counts = results.map((result) =>
        "attributes" in result ? result.attributes["count"] : undefined,
      );
      expect(new Set(counts)).toEqual(new Set(Array.from({ length: 200 }, (_, at) => at + 1)));
      expect(await attributesOf(test.table, key)).toEqual({ count: 200 });
    });

    it("lets one of two transactions through that take the same items in another order", async () => {
      for (let round = 0; round < 20; round += 1) {
        const pk = freshPartition();
        const take = (sk: string, by: number): Write => ({
          op: "put",
          key: { pk, sk },
          attributes: { by },
          only: [{ kind: "absent" }],
        });
        const results = await Promise.all([
          insist(() => test.table.transact([take("A", 0), take("B", 0)])),
          insist(() => test.table.transact([take("B", 1), take("A", 1)])),
        ]);
        expect(outcomes(results, "written")).toBe(1);
        const by = results.findIndex(({ outcome }) => outcome === "written");
        expect(await attributesOf(test.table, { pk, sk: "A" })).toEqual({ by });
        expect(await attributesOf(test.table, { pk, sk: "B" })).toEqual({ by });
      }
    });

    it("never lets a condition hold that another writer has just ended", async () => {
      const pk = freshPartition();
      const lock = { pk, sk: "LOCK" };
      await put(test.table, lock, {});
      const results = await times(20, (at) =>
        insist(() =>
          at === 10
            ? test.table.transact([{ op: "delete", key: lock, only: [{ kind: "exists" }] }])
            : test.table.transact([
                { op: "check", key: lock, only: [{ kind: "exists" }] },
                { op: "update", key: { pk, sk: "COUNT" }, add: { count: 1 } },
              ]),
        ),
      );
      const held = outcomes(results.toSpliced(10, 1), "written");
      expect(await attributesOf(test.table, { pk, sk: "COUNT" })).toEqual(
        held > 0 ? { count: held } : undefined,
      );
      expect(await attributesOf(test.table, lock)).toBeUndefined();
    });
  });
}
