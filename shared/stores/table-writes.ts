import {
  type Attributes,
  type Check,
  type Clause,
  type Key,
  type Refusal,
  TABLE_LIMITS,
  type Update,
  type Value,
  type Write,
} from "../ports/table.ts";
import { checkItemSize, itemSize, requireLimit } from "./table-limits.ts";

/** What an adapter holds of an item; `size` as `itemSize` counts it. */
export interface Stored {
  readonly attributes: Attributes;
  readonly size: number;
}
/** What a write makes of an item: `after` is undefined where it is to be absent. */
export interface Change {
  readonly key: Key;
  readonly after: Stored | undefined;
}
export type Decision =
  | { readonly outcome: "apply"; readonly changes: readonly Change[] }
  | Extract<Refusal, { readonly outcome: "condition-failed" }>;

/**
 * Decides what a transaction changes: every condition is evaluated on the state before it. Writes nothing itself,
 * so that a refused transaction leaves no trace. Throws a TableLimitError for what shows only against that state.
 */
export function decide(
  operations: readonly (Write | Check)[],
  read: (key: Key) => Stored | undefined,
): Decision {
  const before = operations.map(({ key }) => read(key));
  const failed = operations.flatMap(({ only = [] }, at) => (holds(only, before[at]) ? [] : [at]));
  if (failed.length > 0) return { outcome: "condition-failed", failed };
  const changes = operations.flatMap((operation, at) =>
    operation.op === "check" ? [] : [changeOf(operation, before[at])],
  );
  checkTransactionSize(operations, before, changes);
  return { outcome: "apply", changes };
}

/** Items count at the size they had or get, whichever adds up to more; a checked item counts both ways. */
function checkTransactionSize(
  operations: readonly (Write | Check)[],
  before: readonly (Stored | undefined)[],
  changes: readonly Change[],
): void {
  if (operations.length < 2) return;
  const had = sizeOf(before);
  const checked = sizeOf(before.filter((_, at) => operations[at]?.op === "check"));
  const size = Math.max(had, checked + sizeOf(changes.map(({ after }) => after)));
  requireLimit(size <= TABLE_LIMITS.transactionBytes, `a transaction of ${size} bytes`);
}

const sizeOf = (items: readonly (Stored | undefined)[]): number =>
  items.reduce((total, item) => total + (item?.size ?? 0), 0);

const holds = (clauses: readonly Clause[], item: Stored | undefined): boolean =>
  clauses.every((clause) => clauseHolds(clause, item));

function clauseHolds(clause: Clause, item: Stored | undefined): boolean {
  if (item === undefined) return clause.kind === "absent" || clause.kind === "lacks";
  if (!("attribute" in clause)) return clause.kind === "exists";
  const value = valueOf(item.attributes, clause.attribute);
  return clause.kind === "equals" ? value === clause.value : value === undefined;
}

/** Only what the item itself has: an attribute may be named as one of Object.prototype is. */
const valueOf = (attributes: Attributes, name: string): Value | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;

function changeOf(write: Write, before: Stored | undefined): Change {
  const { key } = write;
  if (write.op === "delete") return { key, after: undefined };
  if (write.op === "put") return { key, after: stored(key, write.attributes) };
  const after = stored(key, updated(write, before?.attributes ?? {}));
  checkItemSize(after.size);
  return { key, after };
}

const stored = (key: Key, attributes: Attributes): Stored => ({
  attributes,
  size: itemSize(key, attributes),
});

function updated({ set = {}, add = {}, remove = [] }: Update, before: Attributes): Attributes {
  const gone = new Set(remove);
  const kept = Object.entries(before).filter(([name]) => !gone.has(name));
  const sums = Object.entries(add).map(
    ([name, amount]) => [name, sum(name, valueOf(before, name), amount)] as const,
  );
  return Object.fromEntries([...kept, ...Object.entries(set), ...sums]);
}

function sum(name: string, before: Value | undefined, amount: number): number {
  if (before === undefined) return amount;
  requireLimit(typeof before === "number", `add to '${name}', which is no number`);
  const result = before + amount;
  requireLimit(Math.abs(result) <= Number.MAX_SAFE_INTEGER, `'${name}' leaves the exact integers`);
  return result;
}
