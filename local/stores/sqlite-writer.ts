import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type {
  Answer,
  FromWorker,
  NumberedAnswer,
  Operations,
  ToWorker,
  WorkerSettings,
} from "./sqlite-messages.ts";
import { unpackAnswers } from "./sqlite-packing.ts";
import { createPending } from "./sqlite-pending.ts";

/** Something that needs the operator's eye. After `worker` the table takes no more writes: end the process. */
export interface TableProblem {
  readonly during: "commit" | "checkpoint" | "worker";
  readonly cause: Error;
}

/** How many requests were answered, and how many commits made them durable: each is one fsync. */
export interface CommitCounts {
  readonly requests: number;
  readonly commits: number;
}

/** The main thread's side of the thread that writes. */
export interface TableWriter {
  /** Never rejects. */
  readonly submit: (operations: Operations) => Promise<Answer>;
  readonly counts: () => CommitCounts;
  /** Resolves when all that was submitted is answered and the database is closed. */
  readonly close: () => Promise<void>;
}

/**
 * The build must put `sqlite-worker` beside the bundle that this lands in: an entry point of its own, in the same
 * folder, with the same extension. Run from source, it lies beside this file.
 */
const workerFile = (): URL => new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url);

/** Starts the thread, and doesn't wait for it: requests do. Where it can't open the database, it has failed. */
export function startWriter(settings: WorkerSettings, report: (problem: TableProblem) => void): TableWriter {
  const worker = new Worker(workerFile(), { workerData: settings });
  const post = (message: ToWorker, moved: ArrayBuffer[] = []): void => worker.postMessage(message, moved);
  const pending = createPending((packed) => post({ kind: "requests", packed }, [packed.buffer]));
  const ended = Promise.withResolvers<void>();
  const counts = { requests: 0, commits: 0 };
  let closing = false;
  const take = (answers: readonly NumberedAnswer[]): void => {
    counts.requests += answers.length;
    if (answers.some(([, { outcome }]) => outcome === "written")) counts.commits += 1;
    pending.settle(answers);
  };
  worker.on("message", (message: FromWorker) => {
    if (message.kind === "answers") take(unpackAnswers(message.packed));
    else report({ during: message.during, cause: new Error(message.cause) });
  });
  const fail = (cause: Error): void => {
    pending.end(`the thread that writes has failed: ${cause.message}`);
    report({ during: "worker", cause });
  };
  worker.on("error", fail);
  worker.on("messageerror", fail);
  worker.on("exit", (code) => {
    if (!closing && code === 0) fail(new Error("it ended"));
    pending.end("the table is closed");
    ended.resolve();
  });
  return {
    // Behind the message that closes nothing may follow: it would find the database closed.
    submit: async (operations) =>
      closing ? { outcome: "refused", cause: "the table is closed" } : pending.add(operations),
    counts: () => ({ ...counts }),
    close: () => {
      if (!closing) {
        closing = true;
        pending.flush();
        post({ kind: "close" });
      }
      return ended.promise;
    },
  };
}
