import type { Check, Item, Key, Table, Write } from "../../../shared/ports/table.ts";
import { itemSize } from "../../../shared/stores/table-limits.ts";
import { type Cost, type DynamoOperation, FREE, type Recorder } from "./recorder.ts";
import { type Resized, readUnits, writeUnits } from "./units.ts";

/** bytes that DynamoDB adds to each item when it counts what is stored (Developer Guide, Item sizes and formats) */
const STORED_BESIDE = 100;

const OPERATIONS = { put: "PutItem", update: "UpdateItem", delete: "DeleteItem" } as const;

/** Records what each call of the port costs, as the adapter for DynamoDB (functions/stores/dynamo-table.ts) makes requests of them. */
export function countTable(table: Table, { record }: Recorder): Table {
  const dynamo = (operation: DynamoOperation) => ({ service: "DynamoDB", operation }) as const;
  return {
    get: (key, consistency) =>
      record(dynamo("GetItem"), async () => {
        const answer = await table.get(key, consistency);
        return { answer, cost: { ...FREE, readUnits: readUnits(sizeOf(answer), consistency) } };
      }),
    getMany: async (keys) => {
      if (keys.length === 0) return { items: [], unprocessed: [] };
      return record(dynamo("BatchGetItem"), async () => {
        const answer = await table.getMany(keys);
        return { answer, cost: { ...FREE, readUnits: batchUnits(keys, answer) } };
      });
    },
    query: (query) =>
      record(dynamo("Query"), async () => {
        const { keysOnly = false, ...whole } = query;
        // A projection saves nothing: what is left out was read all the same.
        const page = await table.query(whole);
        const bytes = page.items.reduce((sum, item) => sum + sizeOf(item), 0);
        const items = keysOnly ? page.items.map((item) => ({ ...item, attributes: {} })) : page.items;
        return {
          answer: { ...page, items },
          cost: { ...FREE, readUnits: readUnits(bytes, query.consistency) },
        };
      }),
    write: (write) =>
      record(dynamo(OPERATIONS[write.op]), async () => {
        const { answer, touched } = await touching(table, [write], () => table.write(write));
        return { answer, cost: costOf(touched, "alone") };
      }),
    transact: (operations) =>
      record(dynamo("TransactWriteItems"), async () => {
        const { answer, touched } = await touching(table, operations, () => table.transact(operations));
        return { answer, cost: costOf(touched, "in a transaction") };
      }),
  };
}

const sizeOf = (item: Item | undefined): number => (item ? itemSize(item, item.attributes) : 0);

/** Each item is rounded up by itself, and each that is absent costs one unit; what was not processed was not read. */
function batchUnits(
  keys: readonly Key[],
  { items, unprocessed }: Awaited<ReturnType<Table["getMany"]>>,
): number {
  const absent = keys.length - items.length - unprocessed.length;
  return items.reduce((sum, item) => sum + readUnits(sizeOf(item), "strong"), absent);
}

/** An item that a write touches. */
interface Touched extends Resized {
  /** stays until somebody deletes it: what has an expiry goes by itself, at no cost */
  readonly lasting: boolean;
  /** what a put brings, in bytes: it is paid for also where its condition does not hold on an item that is absent */
  readonly brought: number;
}

async function touching<Answer>(
  table: Table,
  operations: readonly (Write | Check)[],
  work: () => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly touched: readonly Touched[] }> {
  const look = () => Promise.all(operations.map(({ key }) => table.get(key, "strong")));
  const before = await look();
  const answer = await work();
  const after = await look();
  const touched = operations.map((operation, at) => ({
    before: sizeOf(before[at]),
    after: sizeOf(after[at]),
    lasting: [before[at], after[at]].every((item) => item?.attributes["expires"] === undefined),
    brought: operation.op === "put" ? itemSize(operation.key, operation.attributes) : 0,
  }));
  return { answer, touched };
}

function costOf(touched: readonly Touched[], how: "alone" | "in a transaction"): Cost {
  const paid = touched.map(({ before, after, brought }) =>
    before === 0 && after === 0 ? { before, after: brought } : { before, after },
  );
  return {
    ...FREE,
    writeUnits: paid.reduce((sum, item) => sum + writeUnits(item, how), 0),
    tableGrowth: touched
      .filter(({ lasting }) => lasting)
      .reduce((sum, { before, after }) => sum + storedSize(after) - storedSize(before), 0),
  };
}

const storedSize = (bytes: number): number => (bytes === 0 ? 0 : bytes + STORED_BESIDE);
