import type { Blobs, ReadBlobs } from "../ports/blobs.ts";
import type { Clock } from "../ports/clock.ts";
import type { ReadTable, Table } from "../ports/table.ts";

/** What the domain stands on. */
export interface Ports {
  readonly table: Table;
  readonly blobs: Blobs;
  readonly clock: Clock;
}

/** What operations stand on that only read. */
export interface ReadPorts {
  readonly table: ReadTable;
  readonly blobs: ReadBlobs;
}
