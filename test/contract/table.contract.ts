import { afterAll, beforeAll, describe } from "vitest";
import type { Table } from "../../shared/ports/table.ts";
import { describeConditions } from "./table/conditions.ts";
import type { TableTraits, TableUnderTest } from "./table/context.ts";
import { describeItemLimits, describeRequestLimits } from "./table/limits.ts";
import { describeListings } from "./table/listings.ts";
import { describeRaces } from "./table/races.ts";
import { describeReads } from "./table/reads.ts";
import { describeReference } from "./table/reference.ts";
import { describeTransactions } from "./table/transactions.ts";
import { describeUpdates } from "./table/updates.ts";

export interface OpenedTable {
  readonly table: Table;
  readonly close: () => Promise<void>;
}

/**
 * What every adapter of the Table port must do. The tests share one table and keep apart by partition keys, and they
 * ask for no more than the port promises, so that a remote store can be put to them too.
 */
export function describeTable(
  name: string,
  open: () => Promise<OpenedTable>,
  { generous = false }: TableTraits = {},
): void {
  describe(`the Table port on ${name}`, () => {
    let opened: OpenedTable | undefined;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened?.close();
    });
    const underTest: TableUnderTest = {
      generous,
      get table() {
        if (!opened) throw new Error("the table is open only while tests run: not in the body of a describe");
        return opened.table;
      },
    };
    describeReads(underTest);
    describeConditions(underTest);
    describeUpdates(underTest);
    describeTransactions(underTest);
    describeListings(underTest);
    describeItemLimits(underTest);
    describeRequestLimits(underTest);
    describeRaces(underTest);
    describeReference(underTest);
  });
}
