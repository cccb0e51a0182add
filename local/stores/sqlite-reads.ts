import type { DatabaseSync } from "node:sqlite";
import {
  type Item,
  type Key,
  type Page,
  type Query,
  StoreUnavailableError,
  TABLE_LIMITS,
  type Table,
} from "../../shared/ports/table.ts";
import { checkKey, checkKeys, checkQuery } from "../../shared/stores/table-limits.ts";
import { type Candidate, fillPage, rangeOf } from "../../shared/stores/table-pages.ts";
import { unpackAttributes } from "./sqlite-packing.ts";
import { type PreparedRows, preparedRows } from "./sqlite-rows.ts";

/** rows: a listing of keys reads them all before it knows where the page ends */
const LARGEST_LISTING = 1000;
/** Comes after every TEXT, as any BLOB does. */
const AFTER_ALL_TEXT = Uint8Array.of(0);

type Order = "ASC" | "DESC";
type KeyRow = readonly [sk: string, size: number];
type WholeRow = readonly [sk: string, size: number, attributes: Uint8Array];
type ContentRow = readonly [size: number, attributes: Uint8Array];

/**
 * Answers on the calling thread: a read takes microseconds, a message to another thread several times that. Each
 * statement sees all that is committed when it starts, so every read is a strong one.
 */
export function createReads(database: DatabaseSync): Pick<Table, "get" | "getMany" | "query"> {
  const find = preparedRows<ContentRow>(
    database,
    `SELECT size, attributes FROM items JOIN contents USING (content) WHERE pk = ? AND sk = ?`,
  );
  const listings = { ASC: prepareListing(database, "ASC"), DESC: prepareListing(database, "DESC") };
  return {
    get: async (key) => {
      checkKey(key);
      return reading(() => {
        const row = find.get(key.pk, key.sk);
        return row && itemOf(key, row);
      });
    },
    getMany: async (keys) => {
      checkKeys(keys);
      return reading(() => inOneSnapshot(database, () => readMany(keys, find)));
    },
    query: async (query) => {
      checkQuery(query);
      return reading(() => readPage(query, listings[query.reverse ? "DESC" : "ASC"]));
    },
  };
}

function reading<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    throw new StoreUnavailableError("the table's database can't be read", { cause });
  }
}

/** Takes the locks of a read once for all reads; ends before anything else can run. */
function inOneSnapshot<Result>(database: DatabaseSync, read: () => Result): Result {
  database.exec("BEGIN");
  try {
    return read();
  } finally {
    database.exec("COMMIT");
  }
}

const itemOf = ({ pk, sk }: Key, [, attributes]: ContentRow): Item => ({
  pk,
  sk,
  attributes: unpackAttributes(attributes),
});

function readMany(keys: readonly Key[], find: PreparedRows<ContentRow>) {
  const items: Item[] = [];
  let size = 0;
  for (const [at, key] of keys.entries()) {
    const row = find.get(key.pk, key.sk);
    if (!row) continue;
    size += row[0];
    if (size > TABLE_LIMITS.page) return { items, unprocessed: keys.slice(at) };
    items.push(itemOf(key, row));
  }
  return { items, unprocessed: [] };
}

interface Listing {
  readonly keys: PreparedRows<KeyRow>;
  readonly whole: PreparedRows<WholeRow>;
}

function prepareListing(database: DatabaseSync, order: Order): Listing {
  const range = `WHERE pk = ? AND sk >= ? AND sk < ? ORDER BY sk ${order} LIMIT ?`;
  return {
    keys: preparedRows(database, `SELECT sk, size FROM items ${range}`),
    whole: preparedRows(
      database,
      `SELECT sk, size, attributes FROM items JOIN contents USING (content) ${range}`,
    ),
  };
}

function readPage(query: Query, listing: Listing): Page {
  const { first, end } = rangeOf(query);
  const bounds = [query.pk, first, end ?? AFTER_ALL_TEXT] as const;
  if (!query.keysOnly) return fillPage(query, wholeItems(listing.whole.iterate(...bounds, query.limit)));
  const limit = Math.min(query.limit, LARGEST_LISTING);
  return fillPage({ ...query, limit }, bareKeys(listing.keys.all(...bounds, limit)));
}

function* wholeItems(rows: Iterable<WholeRow>): Generator<Candidate> {
  for (const [sk, size, attributes] of rows) yield { sk, size, attributes: unpackAttributes(attributes) };
}

function* bareKeys(rows: Iterable<KeyRow>): Generator<Candidate> {
  for (const [sk, size] of rows) yield { sk, size, attributes: {} };
}
