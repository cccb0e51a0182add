import {
  type Attributes,
  type Check,
  type Item,
  type Key,
  type Query,
  TABLE_LIMITS,
  type Table,
  type Write,
} from "../ports/table.ts";
import { checkKey, checkKeys, checkOperation, checkOperations, checkQuery } from "./table-limits.ts";
import { type Candidate, fillPage, rangeOf } from "./table-pages.ts";
import { type Change, type Decision, decide, type Stored } from "./table-writes.ts";
import { compareUtf8 } from "./utf8-order.ts";

/** The items of one partition key; `order` holds their sort keys as UTF-8 orders them. */
interface Partition {
  readonly items: Map<string, Stored>;
  readonly order: string[];
}
type Partitions = Map<string, Partition>;

/** The reference adapter: says what the port means, keeps nothing, never refuses without reason. */
export function createMemoryTable(): Table {
  const partitions: Partitions = new Map();
  const find = ({ pk, sk }: Key): Stored | undefined => partitions.get(pk)?.items.get(sk);
  return {
    get: async (key) => {
      checkKey(key);
      const found = find(key);
      return found && itemOf(key, found);
    },
    getMany: async (keys) => {
      checkKeys(keys);
      return readMany(keys, find);
    },
    query: async (query) => {
      checkQuery(query);
      return fillPage(query, candidatesOf(query, partitions.get(query.pk)));
    },
    write: async (write) => {
      checkOperation(write);
      const decision = commit(partitions, [write]);
      if (decision.outcome !== "apply") return decision;
      const after = write.op === "update" ? decision.changes[0]?.after : undefined;
      return { outcome: "written", attributes: copy(after?.attributes ?? {}) };
    },
    transact: async (operations) => {
      checkOperations(operations);
      const decision = commit(partitions, operations);
      return decision.outcome === "apply" ? { outcome: "written" } : decision;
    },
  };
}

/** No await between reading and writing: that is what makes a transaction atomic here. */
function commit(partitions: Partitions, operations: readonly (Write | Check)[]): Decision {
  const decision = decide(operations, ({ pk, sk }) => partitions.get(pk)?.items.get(sk));
  if (decision.outcome === "apply") for (const change of decision.changes) apply(partitions, change);
  return decision;
}

function apply(partitions: Partitions, { key: { pk, sk }, after }: Change): void {
  const partition = partitions.get(pk) ?? { items: new Map(), order: [] };
  partitions.set(pk, partition);
  const present = partition.items.has(sk);
  const place = placeOf(partition.order, sk);
  if (after !== undefined) {
    partition.items.set(sk, { ...after, attributes: copy(after.attributes) });
    if (!present) partition.order.splice(place, 0, sk);
  } else if (present) {
    partition.items.delete(sk);
    partition.order.splice(place, 1);
  }
}

function readMany(keys: readonly Key[], find: (key: Key) => Stored | undefined) {
  const items: Item[] = [];
  let size = 0;
  for (const [at, key] of keys.entries()) {
    const found = find(key);
    size += found?.size ?? 0;
    if (size > TABLE_LIMITS.page) return { items, unprocessed: keys.slice(at) };
    if (found) items.push(itemOf(key, found));
  }
  return { items, unprocessed: [] };
}

function* candidatesOf(query: Query, partition: Partition | undefined): Generator<Candidate> {
  if (partition === undefined) return;
  const { first, end } = rangeOf(query);
  const from = placeOf(partition.order, first);
  const to = end === undefined ? partition.order.length : placeOf(partition.order, end);
  for (let step = 0; step < to - from; step += 1) {
    const sk = partition.order[query.reverse ? to - 1 - step : from + step] ?? "";
    const found = partition.items.get(sk);
    if (found) yield { sk, size: found.size, attributes: copy(found.attributes) };
  }
}

/** The place of the first sort key that is not before `sk`. */
function placeOf(order: readonly string[], sk: string): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8(order[middle] ?? "", sk) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

const itemOf = ({ pk, sk }: Key, { attributes }: Stored): Item => ({ pk, sk, attributes: copy(attributes) });

/** Nobody shares bytes with the store: what a caller does to its buffer later must not show. */
const copy = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Uint8Array.from(value) : value,
    ]),
  );
