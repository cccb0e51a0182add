import type { Put } from "../../../shared/ports/table.ts";

/** Two items that are written together, or not at all. */
export const pairOf = (name: string): readonly Put[] =>
  ["A", "B"].map((pk) => ({
    op: "put",
    key: { pk, sk: name },
    attributes: { name, fill: new Uint8Array(900) },
  }));
