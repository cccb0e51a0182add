import { cellAt, type Tried } from "./cells.ts";
import { type Abilities, ARRANGEMENTS, canPush, sizesFor } from "./matrix.ts";

const REVISION = /^[0-9a-f]{7,40}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What the results of the whole matrix lack: each of its cells is to be there, as it should be, with revision and day. */
export const complaintsOf = (clients: readonly Abilities[], cells: readonly Tried[]): readonly string[] =>
  ARRANGEMENTS.flatMap((arrangement) =>
    clients.flatMap((client) =>
      sizesFor(client, arrangement, "full").flatMap((size) => {
        const cell = cellAt(cells, { client: client.name, arrangement, size });
        const wanted = canPush(client, arrangement, size) ? "through" : "refused";
        const complaint = complaintOf(cell, wanted);
        return complaint === undefined ? [] : [`${client.name}, ${arrangement}, ${size}: ${complaint}`];
      }),
    ),
  );

function complaintOf(cell: Tried | undefined, wanted: "through" | "refused"): string | undefined {
  if (cell === undefined) return "not tried";
  if (cell.kind === "failed") return "failed";
  if (cell.kind !== wanted) return `${cell.kind}, but should be ${wanted}`;
  return REVISION.test(cell.revision) && DAY.test(cell.date) ? undefined : "of which revision and day?";
}
