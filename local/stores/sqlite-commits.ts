import type { DatabaseSync } from "node:sqlite";
import { type Attributes, type Key, TableLimitError } from "../../shared/ports/table.ts";
import { type Change, decide, type Stored } from "../../shared/stores/table-writes.ts";
import type { Answer, Operations } from "./sqlite-messages.ts";
import { packAttributes, unpackAttributes } from "./sqlite-packing.ts";
import { preparedRows } from "./sqlite-rows.ts";

/** What became of a group of requests; `cause` where the whole group failed. */
export interface GroupResult {
  readonly answers: readonly Answer[];
  readonly cause?: string;
}

/**
 * Commits groups: every request of a group is all or nothing on its own and sees those before it; one fsync makes all
 * of them durable. Where that fails, none of them is acknowledged.
 */
export function createGroupCommit(database: DatabaseSync): (group: readonly Operations[]) => GroupResult {
  const perform = createPerformer(database);
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const rollback = (): void => {
    // SQLite has rolled back by itself after some errors.
    if (database.isTransaction) database.exec("ROLLBACK");
  };
  return (group) => {
    let answers: readonly Answer[];
    try {
      begin.run();
      answers = group.map(perform);
    } catch (error) {
      rollback();
      const cause = textOf(error);
      return { answers: group.map(() => ({ outcome: "refused", cause })), cause };
    }
    try {
      commit.run();
      return { answers };
    } catch (error) {
      rollback();
      return failedCommit(answers, textOf(error));
    }
  };
}

/** The log may hold the commit, or parts of it. What was refused may have been so for the sake of a write that is lost. */
function failedCommit(answers: readonly Answer[], cause: string): GroupResult {
  const lost = answers.map(
    ({ outcome }): Answer => ({ outcome: outcome === "written" ? "unknown" : "refused", cause }),
  );
  return { answers: lost, cause };
}

/** Decides one request on what the transaction sees now, and applies it. */
function createPerformer(database: DatabaseSync): (operations: Operations) => Answer {
  const read = createFinder(database);
  const apply = createApplier(database);
  return (operations) => {
    const before = new Map<Key, Found>();
    const find = (key: Key): Found | undefined => {
      const found = read(key);
      if (found) before.set(key, found);
      return found;
    };
    try {
      const decision = decide(operations, find);
      if (decision.outcome !== "apply") return decision;
      for (const change of decision.changes) apply(change, before.get(change.key));
      const [first] = operations;
      const isUpdate = operations.length === 1 && first?.op === "update";
      return { outcome: "written", attributes: (isUpdate && decision.changes[0]?.after?.attributes) || {} };
    } catch (error) {
      // Thrown while deciding, so this request has left no trace.
      if (error instanceof TableLimitError) return { outcome: "over-limit", complaint: error.message };
      throw error;
    }
  };
}

/** Damage, as both tables change together; unpacking it fails. */
const NOTHING = new Uint8Array();

interface Found extends Stored {
  readonly content: number;
  readonly expires: number | null;
}

/** Attributes are read only where a condition or an update looks at them. */
function createFinder(database: DatabaseSync): (key: Key) => Found | undefined {
  const find = preparedRows<readonly [size: number, content: number, expires: number | null]>(
    database,
    "SELECT size, content, expires FROM items WHERE pk = ? AND sk = ?",
  );
  const load = preparedRows<readonly [Uint8Array]>(
    database,
    "SELECT attributes FROM contents WHERE content = ?",
  );
  return ({ pk, sk }) => {
    const row = find.get(pk, sk);
    if (!row) return undefined;
    const [size, content, expires] = row;
    let attributes: Attributes | undefined;
    return {
      size,
      content,
      expires,
      get attributes() {
        attributes ??= unpackAttributes(load.get(content)?.[0] ?? NOTHING);
        return attributes;
      },
    };
  };
}

function createApplier(database: DatabaseSync): (change: Change, before: Found | undefined) => void {
  const addContent = database.prepare("INSERT INTO contents (attributes) VALUES (?)");
  const addItem = database.prepare(
    "INSERT INTO items (pk, sk, size, content, expires) VALUES (?, ?, ?, ?, ?)",
  );
  const changeContent = database.prepare("UPDATE contents SET attributes = ? WHERE content = ?");
  const changeItem = database.prepare("UPDATE items SET size = ?, expires = ? WHERE pk = ? AND sk = ?");
  const removeItem = database.prepare("DELETE FROM items WHERE pk = ? AND sk = ?");
  const removeContent = database.prepare("DELETE FROM contents WHERE content = ?");
  return ({ key: { pk, sk }, after }, before) => {
    if (after === undefined) {
      if (!before) return;
      removeItem.run(pk, sk);
      removeContent.run(before.content);
    } else if (before) {
      changeContent.run(packAttributes(after.attributes), before.content);
      const expires = expiryOf(after);
      if (after.size !== before.size || expires !== before.expires)
        changeItem.run(after.size, expires, pk, sk);
    } else {
      const { lastInsertRowid } = addContent.run(packAttributes(after.attributes));
      addItem.run(pk, sk, after.size, lastInsertRowid, expiryOf(after));
    }
  };
}

/** The limits see to it that it is whole seconds, where it is there at all. */
const expiryOf = ({ attributes: { expires } }: Stored): number | null =>
  typeof expires === "number" ? expires : null;

export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "errcode" in error ? `${error.message} (SQLite ${String(error.errcode)})` : error.message;
}
