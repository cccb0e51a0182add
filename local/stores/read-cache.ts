import type { Item, Key, Page, Query, Table, Value } from "../../shared/ports/table.ts";
import { itemSize } from "../../shared/stores/table-limits.ts";

/** bytes taken in, about, after which it starts anew: that bounds what is kept, and costs each answer one read */
const MOST_BYTES = 8 * 1024 * 1024;
/** bytes: about what an item or a page costs beside its content */
const OVERHEAD = 200;

/** What was read of one partition since it was last written. */
interface Partition {
  readonly items: Map<string, Item>;
  /** those without bytes among the attributes, which would have to be copied for every answer */
  readonly pages: Map<string, Page>;
}

export interface CachedTable extends Table {
  /** Forgets all that is kept. */
  readonly forget: () => void;
}

/**
 * Answers reads from memory while nothing is written to their partition: a read of SQLite costs a quarter of what a
 * small request does. The answer is always what the table itself would say: a partition is forgotten when a write to
 * it sets out, and nothing of it is kept until every such write is answered. So every write must come through here,
 * which is why this is for a table of one process only.
 */
export function withReadCache(table: Table, mostBytes = MOST_BYTES): CachedTable {
  const partitions = new Map<string, Partition>();
  const writes = createWrites((pk) => void partitions.delete(pk));
  let bytes = 0;
  const forget = (): void => {
    partitions.clear();
    bytes = 0;
  };
  /** Where an answer may be kept; starts anew where there is no room. */
  const partitionFor = (pk: string, items: readonly Item[]): Partition => {
    bytes += items.reduce((sum, item) => sum + itemSize(item, item.attributes) + OVERHEAD, OVERHEAD);
    if (bytes > mostBytes) forget();
    const partition = partitions.get(pk) ?? { items: new Map(), pages: new Map() };
    partitions.set(pk, partition);
    return partition;
  };
  return {
    get: async (key, consistency) => {
      const known = partitions.get(key.pk)?.items.get(key.sk);
      if (known) return withOwnBytes(known);
      const unchanged = writes.watch(key.pk);
      const item = await table.get(key, consistency);
      if (item && unchanged()) partitionFor(key.pk, [item]).items.set(key.sk, withOwnBytes(item));
      return item;
    },
    query: async (query) => {
      const name = nameOf(query);
      const known = partitions.get(query.pk)?.pages.get(name);
      if (known) return known;
      const unchanged = writes.watch(query.pk);
      const page = await table.query(query);
      if (unchanged() && !page.items.some(holdsBytes))
        partitionFor(query.pk, page.items).pages.set(name, page);
      return page;
    },
    getMany: table.getMany,
    write: (write) => writes.track([write.key], () => table.write(write)),
    transact: (operations) =>
      writes.track(
        operations.map(({ key }) => key),
        () => table.transact(operations),
      ),
    forget,
  };
}

const isBytes = (value: Value): value is Uint8Array => value instanceof Uint8Array;
const holdsBytes = ({ attributes }: Item): boolean => Object.values(attributes).some(isBytes);

/** The port shares no bytes with its callers. */
function withOwnBytes(item: Item): Item {
  let { attributes } = item;
  for (const [name, value] of Object.entries(attributes)) {
    if (isBytes(value)) attributes = { ...attributes, [name]: value.slice() };
  }
  return { ...item, attributes };
}

const nameOf = ({ prefix, after, limit, reverse, keysOnly }: Query): string =>
  JSON.stringify([prefix, after, limit, reverse, keysOnly]);

/** The writes that are under way, by partition. */
function createWrites(onBegin: (pk: string) => void) {
  const running = new Map<string, number>();
  let begun = 0;
  return {
    /** Tells, when it is asked, whether the partition can't have changed since. */
    watch: (pk: string): (() => boolean) => {
      const before = begun;
      const quiet = !running.has(pk);
      return () => quiet && begun === before;
    },
    track: async <Result>(keys: readonly Key[], work: () => Promise<Result>): Promise<Result> => {
      const partitions = new Set(keys.map(({ pk }) => pk));
      begun += 1;
      for (const pk of partitions) {
        running.set(pk, (running.get(pk) ?? 0) + 1);
        onBegin(pk);
      }
      try {
        return await work();
      } finally {
        for (const pk of partitions) {
          const left = (running.get(pk) ?? 1) - 1;
          if (left > 0) running.set(pk, left);
          else running.delete(pk);
        }
      }
    },
  };
}
