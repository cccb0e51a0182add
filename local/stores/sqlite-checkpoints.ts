import type { DatabaseSync } from "node:sqlite";
import { textOf } from "./sqlite-commits.ts";
import { preparedRows } from "./sqlite-rows.ts";

/** pages (4 KB) in the log after which it is moved into the database; about what a start after a crash has to read */
const LONG_LOG = 1000;

/** Moves the log into the database. What can't be moved stays in the log, where it is as safe as before. */
export interface Checkpoints {
  /** Where the log has become long. */
  readonly whereDue: () => void;
  readonly now: () => void;
  /** Before closing: leaves an empty log. */
  readonly last: () => void;
}

/** PASSIVE waits for no reader and makes none wait; the next commit starts the log anew once all of it is moved. */
export function createCheckpoints(database: DatabaseSync, report: (cause: string) => void): Checkpoints {
  const logLength = preparedRows<readonly [busy: number, pages: number]>(
    database,
    "PRAGMA wal_checkpoint(NOOP)",
  );
  const reporting = (move: () => void) => () => {
    try {
      move();
    } catch (error) {
      report(textOf(error));
    }
  };
  const passive = (): void => database.exec("PRAGMA wal_checkpoint(PASSIVE)");
  return {
    whereDue: reporting(() => {
      if ((logLength.get()?.[1] ?? 0) > LONG_LOG) passive();
    }),
    now: reporting(passive),
    last: reporting(() => database.exec("PRAGMA wal_checkpoint(TRUNCATE)")),
  };
}
