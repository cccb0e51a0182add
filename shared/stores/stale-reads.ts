import type { Item, Key, Page, Query, Table } from "../ports/table.ts";
import { endingAt, rangeOf } from "./table-pages.ts";
import { compareUtf8 } from "./utf8-order.ts";

/** An item as it was once; `item` is undefined where it was absent. */
interface Version {
  readonly key: Key;
  readonly item: Item | undefined;
}

/** Remembers what writes replaced, so that an eventually consistent read can be answered with it. */
export interface PastVersions {
  /** Call before a write: notes what it may replace, and returns what to call after it. */
  readonly watch: (keys: readonly Key[]) => Promise<() => void>;
  /** The item before its last write; as it is where nothing wrote to it. */
  readonly get: (key: Key) => Promise<Item | undefined>;
  /** The page with some of its items, chosen by chance, as they were before their last write. */
  readonly query: (query: Query) => Promise<Page>;
}

export function createPastVersions(table: Table, random: () => number): PastVersions {
  const versions = new Map<string, Version>();
  return {
    watch: async (keys) => {
      const before = await Promise.all(
        keys.map(async (key): Promise<Version> => ({ key, item: await table.get(key, "strong") })),
      );
      return () => {
        for (const version of before) versions.set(nameOf(version.key), version);
      };
    },
    get: async (key) => {
      const version = versions.get(nameOf(key));
      return version ? version.item : table.get(key, "strong");
    },
    query: async (query) => {
      const page = await table.query(query);
      const stale = [...versions.values()].filter(({ key }) => isWithin(key, query, page) && random() < 0.5);
      return withVersions(page, query, stale);
    },
  };
}

const nameOf = ({ pk, sk }: Key): string => JSON.stringify([pk, sk]);

/** Whether a page speaks of a key: a page ends at its `next`, the last one with the range. */
function isWithin({ pk, sk }: Key, query: Query, { next }: Page): boolean {
  const { first, end } = rangeOf(query);
  if (pk !== query.pk || compareUtf8(sk, first) < 0) return false;
  if (end !== undefined && compareUtf8(sk, end) >= 0) return false;
  if (next === undefined) return true;
  return query.reverse ? compareUtf8(sk, next) >= 0 : compareUtf8(sk, next) <= 0;
}

function withVersions(page: Page, query: Query, versions: readonly Version[]): Page {
  const items = new Map(page.items.map((item) => [item.sk, item]));
  for (const { key, item } of versions) {
    if (item) items.set(key.sk, query.keysOnly ? { ...item, attributes: {} } : item);
    else items.delete(key.sk);
  }
  const order = query.reverse ? -1 : 1;
  const sorted = [...items.values()].toSorted((a, b) => order * compareUtf8(a.sk, b.sk));
  if (sorted.length > query.limit) return endingAt(sorted.slice(0, query.limit));
  return { ...page, items: sorted };
}
