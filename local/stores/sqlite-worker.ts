/**
 * The thread that writes. It takes everything that waits, commits it with one fsync, answers, and only then, while
 * nobody waits for an answer, moves the log into the database.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { createCheckpoints } from "./sqlite-checkpoints.ts";
import { createGroupCommit } from "./sqlite-commits.ts";
import { openWriter } from "./sqlite-file.ts";
import { takeWaiting } from "./sqlite-inbox.ts";
import type {
  FromWorker,
  NumberedAnswer,
  PackedRequest,
  ToWorker,
  WorkerSettings,
} from "./sqlite-messages.ts";
import { packAnswers, unpackOperations } from "./sqlite-packing.ts";

function serve(port: MessagePort, { file, maxBytes }: WorkerSettings): void {
  const database = openWriter(file, maxBytes);
  const commit = createGroupCommit(database);
  const post = (message: FromWorker, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved);
  const checkpoint = createCheckpoints(database, (cause) =>
    post({ kind: "problem", during: "checkpoint", cause }),
  );
  const answer = (requests: readonly PackedRequest[]): void => {
    const { answers, cause } = commit(requests.map(([, operations]) => unpackOperations(operations)));
    const packed = packAnswers(answers.map((each, at): NumberedAnswer => [requests[at]?.[0] ?? 0, each]));
    if (cause !== undefined) post({ kind: "problem", during: "commit", cause });
    post({ kind: "answers", packed }, [packed.buffer]);
    // After a failure too: an emptied log may be the room that is missing.
    if (cause === undefined) checkpoint.whereDue();
    else checkpoint.now();
  };
  port.on("message", (first: ToWorker) => {
    const { requests, close } = takeWaiting(port, first);
    if (requests.length > 0) answer(requests);
    if (!close) return;
    checkpoint.last();
    database.close();
    port.close();
  });
}

if (parentPort) serve(parentPort, workerData as WorkerSettings);
