/**
 * The thread that writes. It takes everything that waits, commits it with one fsync, answers, and only then, while
 * nobody waits for an answer, moves the log into the database.
 */
import type { DatabaseSync } from "node:sqlite";
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { createGroupCommit, textOf } from "./sqlite-commits.ts";
import { openWriter } from "./sqlite-file.ts";
import type {
  FromWorker,
  NumberedAnswer,
  PackedRequest,
  ToWorker,
  WorkerSettings,
} from "./sqlite-messages.ts";
import { packAnswers, unpackOperations, unpackRequests } from "./sqlite-packing.ts";

/** requests: so many are committed together at most (about), so that none waits long for the others */
const LARGEST_GROUP = 1000;
/** bytes of requests after which the log is moved into the database */
const CHECKPOINT_AFTER = 1024 * 1024;
/** bytes that a request of any size adds to the log: a page for the item and one for its content */
const LEAST_IN_LOG = 2 * 4096;

function serve(port: MessagePort, settings: WorkerSettings): void {
  const database = openWriter(settings.file, settings.maxBytes);
  const commit = createGroupCommit(database);
  const post = (message: FromWorker, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved);
  let logged = 0;
  port.on("message", (first: ToWorker) => {
    const { requests, close } = takeWaiting(port, first);
    if (requests.length > 0) {
      const { answers, cause } = commit(requests.map(([, operations]) => unpackOperations(operations)));
      const packed = packAnswers(
        answers.map((answer, at): NumberedAnswer => [requests[at]?.[0] ?? 0, answer]),
      );
      if (cause !== undefined) post({ kind: "problem", during: "commit", cause });
      post({ kind: "answers", packed }, [packed.buffer]);
      logged += requests.reduce((sum, [, { byteLength }]) => sum + byteLength + LEAST_IN_LOG, 0);
      // After a failure too: an emptied log may be the room that is missing.
      if (logged > CHECKPOINT_AFTER || cause !== undefined) {
        checkpoint(database, "PASSIVE", post);
        logged = 0;
      }
    }
    if (close) {
      checkpoint(database, "TRUNCATE", post);
      database.close();
      port.close();
    }
  });
}

function takeWaiting(port: MessagePort, first: ToWorker): { requests: PackedRequest[]; close: boolean } {
  const requests: PackedRequest[] = [];
  for (let message: ToWorker | undefined = first; message; message = nextOn(port)) {
    if (message.kind === "close") return { requests, close: true };
    requests.push(...unpackRequests(message.packed));
    if (requests.length >= LARGEST_GROUP) break;
  }
  return { requests, close: false };
}

const nextOn = (port: MessagePort): ToWorker | undefined => receiveMessageOnPort(port)?.message;

/** PASSIVE waits for no reader and makes none wait. The log that stays after a failure is read again at the next start. */
function checkpoint(
  database: DatabaseSync,
  mode: "PASSIVE" | "TRUNCATE",
  post: (message: FromWorker) => void,
): void {
  try {
    database.exec(`PRAGMA wal_checkpoint(${mode})`);
  } catch (error) {
    post({ kind: "problem", during: "checkpoint", cause: textOf(error) });
  }
}

if (parentPort) serve(parentPort, workerData as WorkerSettings);
