import type { DatabaseSync } from "node:sqlite";
import type { Table } from "../../shared/ports/table.ts";
import { preparedRows } from "./sqlite-rows.ts";

/** So many items at a time, so that other writes get their turn. */
const BATCH = 200;

/** Deletes what has expired, each item only if nothing has put its expiry off in the meantime. */
export function createExpiry(reader: DatabaseSync, write: Table["write"]): (now: number) => Promise<number> {
  const due = preparedRows<readonly [pk: string, sk: string, expires: number]>(
    reader,
    `SELECT pk, sk, expires FROM items WHERE expires < ? LIMIT ${BATCH}`,
  );
  return async (now) => {
    let dropped = 0;
    for (;;) {
      const rows = due.all(now);
      const results = await Promise.all(
        rows.map(([pk, sk, expires]) =>
          write({
            op: "delete",
            key: { pk, sk },
            only: [{ kind: "equals", attribute: "expires", value: expires }],
          }),
        ),
      );
      const gone = results.filter(({ outcome }) => outcome === "written").length;
      dropped += gone;
      // Nothing went: the disk fails, or the rest was put off. The next sweep comes back.
      if (gone === 0) return dropped;
    }
  };
}
