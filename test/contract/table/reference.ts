import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Check,
  type Clause,
  type Key,
  type Table,
  TableLimitError,
  type Write,
} from "../../../shared/ports/table.ts";
import { createMemoryTable } from "../../../shared/stores/memory-table.ts";
import { anyValue } from "./arbitraries.ts";
import { freshPartition, insist, readPages, type TableUnderTest } from "./context.ts";

/** An operation but for its partition key; few keys and names, so that they meet. */
type Step = (pk: string) => Write | Check;

const anySortKey = fc.constantFrom("A", "B", "\uffff", "\u{10000}");
const anyName = fc.constantFrom("x", "y", "toString");
const anyAttributes = fc.dictionary(anyName, anyValue, { maxKeys: 3 });
const anyClause: fc.Arbitrary<Clause> = fc.oneof(
  fc.constantFrom<Clause>({ kind: "exists" }, { kind: "absent" }),
  fc.record({ kind: fc.constant("lacks"), attribute: anyName }),
  fc.record({ kind: fc.constant("equals"), attribute: anyName, value: fc.constantFrom(0, 1, "", "1", true) }),
);
const anyOnly = fc.array(anyClause, { maxLength: 2 });
const anyStep: fc.Arbitrary<Step> = fc
  .tuple(
    anySortKey,
    anyOnly,
    anyAttributes,
    fc.dictionary(anyName, fc.integer(), { maxKeys: 2 }),
    fc.subarray(["x", "y"]),
  )
  .chain(([sk, only, attributes, add, remove]) => {
    const keyed = (pk: string): { key: Key; only: readonly Clause[] } => ({ key: { pk, sk }, only });
    return fc.constantFrom<Step>(
      (pk) => ({ op: "put", ...keyed(pk), attributes }),
      (pk) => ({ op: "update", ...keyed(pk), set: attributes }),
      (pk) => ({ op: "update", ...keyed(pk), add, remove }),
      (pk) => ({ op: "delete", ...keyed(pk) }),
      (pk) => ({ op: "check", ...keyed(pk) }),
    );
  });
const anySteps = fc.array(fc.array(anyStep, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 });

export function describeReference(test: TableUnderTest): void {
  describe("any series of writes", () => {
    it("has the outcomes, and leaves the items, of the reference", async () => {
      await fc.assert(
        fc.asyncProperty(anySteps, async (series) => {
          const reference = createMemoryTable();
          const pk = freshPartition();
          for (const steps of series) {
            const operations = steps.map((step) => step(pk));
            expect(await outcomeOf(test.table, operations)).toEqual(await outcomeOf(reference, operations));
          }
          const left = await readPages(test.table, { pk, prefix: "" });
          expect(left.items).toEqual((await readPages(reference, { pk, prefix: "" })).items);
        }),
        { numRuns: 60 },
      );
    });
  });
}

/** One operation is a write, several are a transaction. */
async function outcomeOf(table: Table, operations: readonly (Write | Check)[]): Promise<unknown> {
  const [first] = operations;
  try {
    if (operations.length === 1 && first && first.op !== "check")
      return await insist(() => table.write(first));
    return await insist(() => table.transact(operations));
  } catch (error) {
    if (error instanceof TableLimitError) return "over a limit";
    throw error;
  }
}
