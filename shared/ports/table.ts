/**
 * The Table port: DynamoDB's documented semantics and no more (Developer Guide: Constraints, Transactions).
 * Items live under (pk, sk); sort keys order as UTF-8 bytes. Every adapter enforces the limits below, so that
 * what works on one works on all.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type Value = string | number | boolean | Uint8Array;
/** The attributes beside the key. `expires` (epoch seconds), where present, lets the store drop the item some time later. */
export type Attributes = Readonly<Record<string, Value>>;
export interface Item extends Key {
  readonly attributes: Attributes;
}

export const TABLE_LIMITS = {
  /** bytes of an item: keys, attribute names and values */
  item: 400 * 1024,
  sortKey: 1024,
  partitionKey: 2048,
  transaction: 100,
  /** bytes of all items of a transaction */
  transactionBytes: 4 * 1024 * 1024,
  batch: 100,
  /** bytes of a page of a query; also of a batch get, after which keys come back unprocessed */
  page: 1024 * 1024,
} as const;

/** One clause; a write happens only where all of its clauses hold. */
export type Clause =
  | { readonly kind: "exists" }
  | { readonly kind: "absent" }
  /** false for an absent item */
  | { readonly kind: "equals"; readonly attribute: string; readonly value: string | number | boolean }
  /** true for an absent item, as attribute_not_exists is */
  | { readonly kind: "lacks"; readonly attribute: string };

interface Conditional {
  readonly key: Key;
  readonly only?: readonly Clause[];
}
export interface Put extends Conditional {
  readonly op: "put";
  readonly attributes: Attributes;
}
/** Creates the item where it is absent, as UpdateItem does; `add` counts an absent attribute as 0. */
export interface Update extends Conditional {
  readonly op: "update";
  readonly set?: Attributes;
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
}
export interface Delete extends Conditional {
  readonly op: "delete";
}
export interface Check extends Conditional {
  readonly op: "check";
  readonly only: readonly Clause[];
}
export type Write = Put | Update | Delete;

/** Why nothing was written, or, for `unknown`, why nobody can say whether it was. */
export type Refusal =
  /** `failed`: positions of the operations whose condition did not hold */
  | { readonly outcome: "condition-failed"; readonly failed: readonly number[] }
  /** another transaction held one of the items */
  | { readonly outcome: "conflict" }
  /** nothing was written: too much at once, or (`cause`) no room or no service now */
  | { readonly outcome: "throttled"; readonly cause?: unknown }
  /** the answer was lost, or the disk failed: read before trying again */
  | { readonly outcome: "unknown"; readonly cause?: unknown };
export type WriteResult =
  /** `attributes`: the item after an update; empty after put and delete */
  { readonly outcome: "written"; readonly attributes: Attributes } | Refusal;
export type TransactResult = { readonly outcome: "written" } | Refusal;

export type Consistency = "strong" | "eventual";

export interface Query {
  readonly pk: string;
  /** only sort keys that begin with this */
  readonly prefix: string;
  /** only sort keys after this one (exclusive; before it when `reverse`); needn't exist */
  readonly after?: string;
  /** at most so many items, at least 1; a page may hold fewer and still have a `next` */
  readonly limit: number;
  readonly consistency: Consistency;
  readonly reverse?: boolean;
  /** leaves `attributes` empty (a projection to the keys) */
  readonly keysOnly?: boolean;
}
export interface Page {
  readonly items: readonly Item[];
  /** hand it back as `after` to go on; absent at the end */
  readonly next?: string;
}

/** Thrown by adapters when a request breaks a documented limit: a defect of the caller, never bad input. */
export class TableLimitError extends Error {
  override readonly name = "TableLimitError";
}

/** Thrown by reads that can't be answered now: throttled, disk failing, network. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
}

/** What a reader needs of a table. */
export type ReadTable = Pick<Table, "get" | "getMany" | "query">;

export interface Table {
  readonly get: (key: Key, consistency: Consistency) => Promise<Item | undefined>;
  /** Strong reads of at most TABLE_LIMITS.batch keys; `unprocessed` must be asked for again. Absent items are left out. */
  readonly getMany: (
    keys: readonly Key[],
  ) => Promise<{ items: readonly Item[]; unprocessed: readonly Key[] }>;
  readonly query: (query: Query) => Promise<Page>;
  readonly write: (write: Write) => Promise<WriteResult>;
  /** All or nothing; at most TABLE_LIMITS.transaction operations, no two on one item. */
  readonly transact: (operations: readonly (Write | Check)[]) => Promise<TransactResult>;
}
