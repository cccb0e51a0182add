import { type Item, type Key, type ReadTable, TABLE_LIMITS } from "../ports/table.ts";

/** Strong reads of any number of keys, by key: batches in parallel, unprocessed keys read again. Absent items are left out. */
export async function readAll(table: ReadTable, wanted: readonly Key[]): Promise<ReadonlyMap<string, Item>> {
  const found = new Map<string, Item>();
  const batches: (readonly Key[])[] = [];
  for (let at = 0; at < wanted.length; at += TABLE_LIMITS.batch) {
    batches.push(wanted.slice(at, at + TABLE_LIMITS.batch));
  }
  await Promise.all(
    batches.map(async (batch) => {
      let rest = batch;
      while (rest.length > 0) {
        const { items, unprocessed } = await table.getMany(rest);
        for (const item of items) found.set(nameOf(item), item);
        rest = unprocessed;
      }
    }),
  );
  return found;
}

/** The name under which `readAll` files an item. */
export const nameOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;

export interface Range {
  readonly pk: string;
  readonly prefix: string;
}
interface Wanted extends Range {
  /** what follows the prefix in the last sort key that is not wanted */
  readonly after?: string | undefined;
  readonly keysOnly?: boolean;
}

/** All items of a range, strongly consistent. */
export async function* itemsOf(table: ReadTable, wanted: Wanted, pageSize: number): AsyncGenerator<Item> {
  for await (const page of pagesOf(table, wanted, pageSize)) yield* page;
}

/** The same, page by page: handing over thousands of items one by one takes longer than to read them. */
async function* pagesOf(table: ReadTable, wanted: Wanted, pageSize: number): AsyncGenerator<readonly Item[]> {
  const { pk, prefix, keysOnly = false } = wanted;
  let after = wanted.after === undefined ? undefined : prefix + wanted.after;
  for (;;) {
    const page = await table.query({
      pk,
      prefix,
      limit: pageSize,
      consistency: "strong",
      keysOnly,
      ...(after !== undefined && { after }),
    });
    yield page.items;
    if (page.next === undefined) return;
    after = page.next;
  }
}

/** The first `limit` sort keys of a range, without their prefix, and whether more follow. */
export async function namesOf(
  table: ReadTable,
  { pk, prefix, after, limit }: Range & { readonly after?: string | undefined; readonly limit: number },
): Promise<{ readonly names: readonly string[]; readonly more: boolean }> {
  const names: string[] = [];
  for await (const page of pagesOf(table, { pk, prefix, after, keysOnly: true }, limit + 1)) {
    for (const { sk } of page) names.push(sk.slice(prefix.length));
    if (names.length > limit) return { names: names.slice(0, limit), more: true };
  }
  return { names, more: false };
}
