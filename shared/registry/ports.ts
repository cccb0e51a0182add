import type { Blobs } from "../ports/blobs.ts";
import type { Clock } from "../ports/clock.ts";
import type { Table } from "../ports/table.ts";

/** What the domain stands on. */
export interface Ports {
  readonly table: Table;
  readonly blobs: Blobs;
  readonly clock: Clock;
}
