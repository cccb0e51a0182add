import type { Table } from "../shared/ports/table.ts";
import { createRegistry } from "../shared/registry/create-registry.ts";
import type { Registry } from "../shared/registry/registry.ts";
import { sweep } from "../shared/registry/sweep.ts";
import { Complaint } from "./complaint.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import type { Log } from "./log.ts";
import { openDirectoryBlobs } from "./stores/directory-blobs.ts";
import { createNodeFileSystem } from "./stores/node-file-system.ts";
import { TableFileError } from "./stores/sqlite-file.ts";
import { openSqliteTable } from "./stores/sqlite-table.ts";
import type { TableProblem } from "./stores/sqlite-writer.ts";
import { startSweeping } from "./sweeping.ts";
import { systemClock } from "./system-clock.ts";

export interface RegistryFolder {
  /** the data folder; made where it is missing */
  readonly data: string;
  /** milliseconds without a request after which an upload no longer exists */
  readonly uploadExpiry: number;
  /** take manifests whose blobs are not here */
  readonly sparseManifests: boolean;
  readonly log: Log;
}
export interface OpenRegistry {
  readonly registry: Registry;
  /** what the registry stands on; identities and policies do, too */
  readonly table: Table;
  /** Rejects where a store does not answer. */
  readonly check: () => Promise<void>;
  /** Finishes what was asked for, then lets another process have the folder. */
  readonly close: () => Promise<void>;
}

/** The registry that lies in a folder, for this process alone. Throws a Complaint where it can't be had. */
export async function openRegistry({ data, log, ...settings }: RegistryFolder): Promise<OpenRegistry> {
  const folder = openDataFolder(data);
  tellExposed(folder, log);
  try {
    const stores = await openStores(folder, log);
    const ports = { ...stores, clock: systemClock, uploadIdle: settings.uploadExpiry };
    const registry = createRegistry({ ...ports, sparseManifests: settings.sparseManifests });
    const endSweeping = startSweeping(async () => {
      const swept = await sweep(ports);
      const expired = await stores.table.dropExpired(Math.floor(systemClock.now() / 1000));
      return { ...swept, expired };
    }, log);
    return {
      registry,
      table: stores.table,
      check: async () => {
        await stores.table.get({ pk: "HEALTH", sk: "-" }, "strong");
        await stores.blobs.head("health");
      },
      close: async () => {
        await endSweeping(stores.table.close);
        folder.release();
      },
    };
  } catch (error) {
    folder.release();
    throw error instanceof TableFileError ? new Complaint(error.message, { cause: error }) : error;
  }
}

/** Whoever reads this decides whether somebody may have looked. */
function tellExposed({ exposed }: DataFolder, log: Log): void {
  for (const { outcome, ...about } of exposed) {
    const now = outcome === "closed" ? "no more" : "still may, as this disk keeps no modes";
    log.warn(about, `others than its owner could open what only the registry needs: they ${now}`);
  }
}

async function openStores({ table, blobs }: { table: string; blobs: string }, log: Log) {
  return {
    table: await openSqliteTable({ file: table, report: (problem) => report(problem, log) }),
    blobs: await openDirectoryBlobs({
      root: blobs,
      fs: createNodeFileSystem({ threads: poolThreads() }),
      newId: systemClock.newId,
    }),
  };
}

/** What the entry of the command chose; Node's own number where this runs in another program. */
const poolThreads = (): number => Number(process.env["UV_THREADPOOL_SIZE"] ?? 4);

/** Without the thread that writes nothing can be stored any more: better a new process than one that only refuses. */
function report({ during, cause }: TableProblem, log: Log): void {
  if (during === "worker") throw cause;
  log.error({ err: cause, during }, "the table's disk fails: nothing was acknowledged");
}
