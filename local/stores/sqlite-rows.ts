import type { DatabaseSync, SQLInputValue } from "node:sqlite";

/** A prepared query whose rows are arrays (no object and no names per row). */
export interface PreparedRows<Row> {
  readonly get: (...values: SQLInputValue[]) => Row | undefined;
  readonly all: (...values: SQLInputValue[]) => readonly Row[];
  /** Holds a snapshot until it ends or is left: don't wait inside. */
  readonly iterate: (...values: SQLInputValue[]) => Iterable<Row>;
}

/** The caller names the columns' types; STRICT tables see to it that they are true. */
export function preparedRows<Row extends readonly unknown[]>(
  database: DatabaseSync,
  sql: string,
): PreparedRows<Row> {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return {
    get: (...values) => statement.get(...values) as unknown as Row | undefined,
    all: (...values) => statement.all(...values) as unknown as readonly Row[],
    iterate: (...values) => statement.iterate(...values) as unknown as Iterable<Row>,
  };
}
