import type { Answer, NumberedAnswer, Operations, PackedRequest, RequestId } from "./sqlite-messages.ts";
import { packOperations, packRequests } from "./sqlite-packing.ts";

/** bytes of requests that may wait for the disk; what comes beyond them is refused, so that memory is bounded */
const MOST_WAITING = 64 * 1024 * 1024;
/** bytes: about what a waiting request costs beside its content */
const REQUEST_OVERHEAD = 1024;

/** Requests on their way to the thread that writes, and the answers that are owed to them. */
export interface Pending {
  /** Takes a copy of what it is given, at once. Never rejects. */
  readonly add: (operations: Operations) => Promise<Answer>;
  /** Sends what has gathered; happens by itself once the event loop has run everything that is due. */
  readonly flush: () => void;
  readonly settle: (answers: readonly NumberedAnswer[]) => void;
  /** Nothing is sent any more: what waits becomes `unknown`, what comes is refused. */
  readonly end: (cause: string) => void;
}

interface Owed {
  readonly bytes: number;
  readonly resolve: (answer: Answer) => void;
}

/** `send` gets packed PackedRequest[]. */
export function createPending(send: (packed: Uint8Array<ArrayBuffer>) => void): Pending {
  const owed = new Map<RequestId, Owed>();
  let gathered: PackedRequest[] = [];
  let bytesWaiting = 0;
  let lastId = 0;
  let ended: string | undefined;
  const flush = (): void => {
    if (gathered.length === 0 || ended !== undefined) return;
    const requests = gathered;
    gathered = [];
    send(packRequests(requests));
  };
  const settleOne = (id: RequestId, answer: Answer): void => {
    const request = owed.get(id);
    if (!request) return;
    owed.delete(id);
    bytesWaiting -= request.bytes;
    request.resolve(answer);
  };
  return {
    add: async (operations) => {
      if (ended !== undefined) return { outcome: "refused", cause: ended };
      const packed = packOperations(operations);
      const bytes = packed.byteLength + REQUEST_OVERHEAD;
      if (bytesWaiting + bytes > MOST_WAITING) {
        return { outcome: "refused", cause: "too many writes wait for the disk" };
      }
      bytesWaiting += bytes;
      lastId += 1;
      const id = lastId;
      if (gathered.length === 0) setImmediate(flush);
      gathered.push([id, packed]);
      return new Promise((resolve) => owed.set(id, { bytes, resolve }));
    },
    flush,
    settle: (answers) => {
      for (const [id, answer] of answers) settleOne(id, answer);
    },
    end: (cause) => {
      ended ??= cause;
      for (const id of owed.keys()) settleOne(id, { outcome: "unknown", cause });
    },
  };
}
