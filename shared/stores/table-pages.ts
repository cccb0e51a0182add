import { type Attributes, type Item, type Page, type Query, TABLE_LIMITS } from "../ports/table.ts";
import { compareUtf8, endOfPrefix, successorOf } from "./utf8-order.ts";

/** Sort keys from `first` (inclusive) to `end` (exclusive), as UTF-8 orders them; without `end`, to the last. */
export interface SortKeyRange {
  readonly first: string;
  readonly end: string | undefined;
}

/** What a query ranges over: its prefix, cut where the page before this one ended. */
export function rangeOf({ prefix, after, reverse = false }: Query): SortKeyRange {
  const end = endOfPrefix(prefix);
  if (after === undefined) return { first: prefix, end };
  if (reverse) return { first: prefix, end: end === undefined || isBefore(after, end) ? after : end };
  const next = successorOf(after);
  return { first: isBefore(next, prefix) ? prefix : next, end };
}

const isBefore = (a: string, b: string): boolean => compareUtf8(a, b) < 0;

/** What a store finds under a sort key; `size` as `itemSize` counts it. */
export interface Candidate {
  readonly sk: string;
  readonly size: number;
  readonly attributes: Attributes;
}

/**
 * Fills a page with candidates in the order of the query, and takes no more of them than fit. As in DynamoDB, items
 * count whole even where only keys are wanted, and a full page has a `next` even at the end.
 */
export function fillPage({ pk, limit, keysOnly = false }: Query, candidates: Iterable<Candidate>): Page {
  const items: Item[] = [];
  let size = 0;
  for (const candidate of candidates) {
    size += candidate.size;
    if (size > TABLE_LIMITS.page) return endingAt(items);
    const { sk } = candidate;
    items.push({ pk, sk, attributes: keysOnly ? {} : candidate.attributes });
    if (items.length === limit) return endingAt(items);
  }
  return { items };
}

/** A page that may have others after it. */
export function endingAt(items: readonly Item[]): Page {
  const last = items.at(-1);
  return last ? { items, next: last.sk } : { items };
}
