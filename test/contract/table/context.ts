import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Attributes, Item, Key, Query, Refusal, Table } from "../../../shared/ports/table.ts";

/** What a store may do beyond what the port asks. */
export interface TableTraits {
  /**
   * Gives whole batches, and pages that end with the item that goes beyond 1 MB; and weighs a transaction without the
   * items that it meets.
   */
  readonly generous?: boolean;
}

export interface TableUnderTest extends Required<TableTraits> {
  readonly table: Table;
}

/** A partition that no other test knows. */
export const freshPartition = (): string => `TEST#${randomUUID()}`;

/** A key in a partition of its own. */
export const freshKey = (): Key => ({ pk: freshPartition(), sk: "ITEM" });

/** Runs a write until the store neither is busy nor has lost a race: it may refuse so at any time. */
export async function insist<Result extends { readonly outcome: string }>(
  send: () => Promise<Result | Refusal>,
): Promise<Result | Refusal> {
  for (;;) {
    const result = await send();
    if (result.outcome !== "conflict" && result.outcome !== "throttled") return result;
    await sleep(Math.random() * 20);
  }
}

/** Stores an item, whatever was there. */
export async function put(table: Table, key: Key, attributes: Attributes): Promise<void> {
  const { outcome } = await insist(() => table.write({ op: "put", key, attributes }));
  if (outcome !== "written") throw new Error(`the store answers ${outcome} to a put without a condition`);
}

/** Stores items without attributes under these sort keys, a hundred at a time. */
export async function putKeys(table: Table, pk: string, sortKeys: readonly string[]): Promise<void> {
  for (let at = 0; at < sortKeys.length; at += 100) {
    const some = sortKeys.slice(at, at + 100);
    const puts = some.map((sk) => ({ op: "put", key: { pk, sk }, attributes: {} }) as const);
    const { outcome } = await insist(() => table.transact(puts));
    if (outcome !== "written") throw new Error(`the store answers ${outcome} to puts without a condition`);
  }
}

/** The attributes that a strong read shows; undefined where there is no item. */
export async function attributesOf(table: Table, key: Key): Promise<Attributes | undefined> {
  return (await table.get(key, "strong"))?.attributes;
}

/** A query without its `after`: what to page through. */
export type Listing = Omit<Query, "consistency" | "limit"> & Partial<Pick<Query, "limit">>;

/** All items of a listing, page by page to its end, and how many pages there were. */
export async function readPages(
  table: Table,
  listing: Listing,
): Promise<{ readonly items: readonly Item[]; readonly pages: readonly (readonly Item[])[] }> {
  const pages: (readonly Item[])[] = [];
  let after = listing.after;
  for (;;) {
    const page = await table.query({
      limit: 1000,
      ...listing,
      consistency: "strong",
      ...(after !== undefined && { after }),
    });
    pages.push(page.items);
    if (page.next === undefined) return { items: pages.flat(), pages };
    after = page.next;
  }
}

export async function sortKeysOf(table: Table, listing: Listing): Promise<readonly string[]> {
  const { items } = await readPages(table, listing);
  return items.map(({ sk }) => sk);
}

/** The order that the port wants: that of UTF-8 bytes. */
export const inUtf8Order = (texts: readonly string[]): readonly string[] =>
  texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
