import {
  type Attributes,
  type Check,
  type Clause,
  type Key,
  type Query,
  TABLE_LIMITS,
  TableLimitError,
  type Update,
  type Value,
  type Write,
} from "../ports/table.ts";

/** DynamoDB: one byte for two significant digits, one for the exponent, one for the sign; a double has 17 digits. */
const NUMBER_BYTES = 11;
const BOOLEAN_BYTES = 1;
const KEY_NAMES_BYTES = "pk".length + "sk".length;
const LARGEST_NUMBER = 9.99e125;
const SMALLEST_NUMBER = 1e-130;
/** The names of the key, and the one name that an object can't carry safely. */
const RESERVED_NAMES = new Set(["", "pk", "sk", "__proto__"]);

/** Throws a TableLimitError unless `holds`. */
export function requireLimit(holds: boolean, complaint: string): asserts holds {
  if (!holds) throw new TableLimitError(complaint);
}

/** The bytes that DynamoDB counts for an item, with numbers at their largest. */
export function itemSize(key: Key, attributes: Attributes): number {
  let size = KEY_NAMES_BYTES + Buffer.byteLength(key.pk) + Buffer.byteLength(key.sk);
  for (const [name, value] of Object.entries(attributes)) size += Buffer.byteLength(name) + valueSize(value);
  return size;
}

function valueSize(value: Value): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value === "number") return NUMBER_BYTES;
  return typeof value === "boolean" ? BOOLEAN_BYTES : value.byteLength;
}

export function checkKey({ pk, sk }: Key): void {
  requireLimit(pk !== "" && sk !== "", "a key attribute must not be empty");
  checkText(pk, TABLE_LIMITS.partitionKey, "partition key");
  checkText(sk, TABLE_LIMITS.sortKey, "sort key");
}

export function checkKeys(keys: readonly Key[]): void {
  requireLimit(keys.length <= TABLE_LIMITS.batch, `${keys.length} keys in one batch`);
  keys.forEach(checkKey);
  requireLimit(distinct(keys), "a key appears twice in one batch");
}

/** An empty `after` is allowed: every sort key comes after it. */
export function checkQuery({ pk, prefix, after = "", limit }: Query): void {
  requireLimit(pk !== "", "a key attribute must not be empty");
  checkText(pk, TABLE_LIMITS.partitionKey, "partition key");
  checkText(prefix, TABLE_LIMITS.sortKey, "prefix");
  checkText(after, TABLE_LIMITS.sortKey, "sort key to start after");
  requireLimit(Number.isInteger(limit) && limit >= 1, `a page of ${limit} items`);
}

export function checkOperations(operations: readonly (Write | Check)[]): void {
  requireLimit(operations.length > 0, "a transaction without operations");
  requireLimit(operations.length <= TABLE_LIMITS.transaction, `${operations.length} operations at once`);
  operations.forEach(checkOperation);
  requireLimit(distinct(operations.map(({ key }) => key)), "two operations of a transaction on one item");
  const bytes = operations.reduce((sum, operation) => sum + putSize(operation), 0);
  requireLimit(bytes <= TABLE_LIMITS.transactionBytes, `a transaction of ${bytes} bytes`);
}

/** What is certain before the store is asked; an update shows its size only against the item that it meets. */
const putSize = (operation: Write | Check): number =>
  operation.op === "put" ? itemSize(operation.key, operation.attributes) : 0;

export function checkOperation(operation: Write | Check): void {
  checkKey(operation.key);
  operation.only?.forEach(checkClause);
  switch (operation.op) {
    case "put":
      checkAttributes(operation.attributes);
      return checkItemSize(itemSize(operation.key, operation.attributes));
    case "update":
      return checkUpdate(operation);
    case "check":
      return requireLimit(operation.only.length > 0, "a check without a condition");
    case "delete":
      return;
  }
}

export function checkItemSize(size: number): void {
  requireLimit(size <= TABLE_LIMITS.item, `an item of ${size} bytes`);
}

function checkUpdate({ set = {}, add = {}, remove = [], only = [] }: Update): void {
  const names = [...Object.keys(set), ...Object.keys(add), ...remove];
  requireLimit(names.length > 0, "an update that says nothing");
  requireLimit(new Set(names).size === names.length, "an update names an attribute twice");
  // What DynamoDB makes of an absent item then is not documented, so nobody may depend on it.
  const present = only.some(({ kind }) => kind === "exists" || kind === "equals");
  requireLimit(
    present || names.length > remove.length,
    "an update that only removes, without the clause 'exists'",
  );
  names.forEach(checkName);
  checkAttributes(set);
  // DynamoDB adds decimals, JavaScript doubles: only for integers do they agree.
  for (const amount of Object.values(add)) requireLimit(Number.isSafeInteger(amount), `add of ${amount}`);
}

function checkClause(clause: Clause): void {
  if ("attribute" in clause) checkName(clause.attribute);
  if (clause.kind === "equals") checkValue(clause.value);
}

function checkAttributes(attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    checkName(name);
    checkValue(value);
  }
  const expires = Object.hasOwn(attributes, "expires") ? attributes["expires"] : undefined;
  requireLimit(expires === undefined || Number.isSafeInteger(expires), "expires must be whole seconds");
}

function checkName(name: string): void {
  requireLimit(!RESERVED_NAMES.has(name), `an attribute named '${name}'`);
  checkText(name, TABLE_LIMITS.item, "attribute name");
}

function checkValue(value: unknown): void {
  if (typeof value === "string") return checkText(value, TABLE_LIMITS.item, "value");
  if (typeof value === "boolean" || value instanceof Uint8Array) return;
  requireLimit(typeof value === "number", `a value of type ${typeof value}`);
  const magnitude = Math.abs(value);
  const inRange = magnitude === 0 || (magnitude >= SMALLEST_NUMBER && magnitude <= LARGEST_NUMBER);
  requireLimit(inRange, `the number ${value}`);
}

/** A lone surrogate has no UTF-8 form, so it could not come back as it went in. */
function checkText(text: string, limit: number, what: string): void {
  requireLimit(text.isWellFormed(), `a ${what} that is not well-formed Unicode`);
  // No UTF-16 unit takes more than three bytes: most texts need not be measured.
  const fits = text.length * 3 <= limit || Buffer.byteLength(text) <= limit;
  requireLimit(fits, `a ${what} longer than ${limit} bytes`);
}

const distinct = (keys: readonly Key[]): boolean =>
  keys.length < 2 || new Set(keys.map(({ pk, sk }) => JSON.stringify([pk, sk]))).size === keys.length;
