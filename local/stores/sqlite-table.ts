import type { DatabaseSync } from "node:sqlite";
import { type Refusal, type Table, TableLimitError } from "../../shared/ports/table.ts";
import { checkOperation, checkOperations } from "../../shared/stores/table-limits.ts";
import { withReadCache } from "./read-cache.ts";
import { backUp } from "./sqlite-backup.ts";
import { createExpiry } from "./sqlite-expiry.ts";
import { openTableFile } from "./sqlite-file.ts";
import type { Answer } from "./sqlite-messages.ts";
import { createReads } from "./sqlite-reads.ts";
import { type CommitCounts, startWriter, type TableProblem, type TableWriter } from "./sqlite-writer.ts";

export interface SqliteTableSettings {
  /** In a folder that the caller owns; SQLite keeps `-wal` and `-shm` beside it. Created where it is missing. */
  readonly file: string;
  /** The largest size of the file; beyond it writes are refused, as on a full disk. */
  readonly maxBytes?: number;
  readonly report: (problem: TableProblem) => void;
}

export interface SqliteTable extends Table {
  /**
   * Writes a consistent copy of what is committed now to a new file, while the table serves. The copy is durable
   * when this resolves; it rejects where `file` exists or can't be written.
   */
  readonly backupTo: (file: string) => Promise<void>;
  /** Deletes the items whose `expires` (epoch seconds) is past, as DynamoDB does by itself; answers how many. */
  readonly dropExpired: (now: number) => Promise<number>;
  readonly counts: () => CommitCounts;
  /** Finishes what was asked for, then closes. Afterwards reads and writes are refused. */
  readonly close: () => Promise<void>;
}

/**
 * The Table port on one SQLite file: what is acknowledged has been fsynced. One process at a time; the caller holds
 * the folder's lock. Rejects with a TableFileError where the file is not ours or too new.
 */
export async function openSqliteTable(settings: SqliteTableSettings): Promise<SqliteTable> {
  const { file, report, ...limits } = settings;
  const reader = openTableFile(file);
  const writer = startWriter({ file, ...limits }, report);
  const { forget, ...table } = withReadCache({ ...createReads(reader), ...createWrites(writer) });
  return {
    ...table,
    dropExpired: createExpiry(reader, table.write),
    backupTo: (target) => backUp(file, target),
    counts: writer.counts,
    close: async () => {
      await close(reader, writer);
      forget();
    },
  };
}

/** The reader first: the last connection to close moves the log into the database and removes it. */
async function close(reader: DatabaseSync, writer: TableWriter): Promise<void> {
  if (reader.isOpen) reader.close();
  await writer.close();
}

function createWrites({ submit }: TableWriter): Pick<Table, "write" | "transact"> {
  return {
    write: async (write) => {
      checkOperation(write);
      const answer = await submit([write]);
      return answer.outcome === "written" ? answer : refusalOf(answer);
    },
    transact: async (operations) => {
      checkOperations(operations);
      const answer = await submit(operations);
      return answer.outcome === "written" ? { outcome: "written" } : refusalOf(answer);
    },
  };
}

type Refused = Exclude<Answer, { readonly outcome: "written" }>;

function refusalOf(answer: Refused): Refusal {
  switch (answer.outcome) {
    case "over-limit":
      throw new TableLimitError(answer.complaint);
    case "refused":
      return { outcome: "throttled", cause: new Error(answer.cause) };
    case "unknown":
      return { outcome: "unknown", cause: new Error(answer.cause) };
    case "condition-failed":
      return answer;
  }
}
