import type { Duplex } from "node:stream";
import { refusal } from "../http/refusal.ts";
import type { OciErrorName } from "../oci/errors.ts";

// Not an import: see server.ts.
const { STATUS_CODES } = process.getBuiltinModule("node:http");

/** How long a client may go on sending after it broke the protocol, so that the answer is not reset on its way. */
const LINGER_MILLISECONDS = 1000;

export interface Malformed {
  readonly error: NodeJS.ErrnoException;
  readonly socket: Duplex;
  /** a part of another answer is on its way: nothing can be said any more */
  readonly hasBegunAnswer: boolean;
}

/** Answers what Node's parser refuses, in the contract's form; the connection ends with it. */
export function answerMalformed({ error, socket, hasBegunAnswer }: Malformed): void {
  // The parser complains again of everything that still comes, which is thereby taken and dropped.
  if (socket.writableEnded) return;
  if (error.code === "ECONNRESET" || !socket.writable || hasBegunAnswer) {
    socket.destroy();
    return;
  }
  socket.end(rawAnswer(reasonOf(error), error.message));
  setTimeout(() => socket.destroy(), LINGER_MILLISECONDS).unref();
}

function reasonOf({ code }: NodeJS.ErrnoException): OciErrorName {
  if (code === "HPE_HEADER_OVERFLOW") return "HEADERS_TOO_LARGE";
  return code === "ERR_HTTP_REQUEST_TIMEOUT" ? "REQUEST_TIMEOUT" : "MALFORMED_REQUEST";
}

function rawAnswer(reason: OciErrorName, parserSays: string): string {
  const { status, headers, body } = refusal(reason, { reason: parserSays });
  const lines = Object.entries({ ...headers, Connection: "close" }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const text = body.kind === "bytes" ? body.bytes.toString() : "";
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...lines, "", text].join("\r\n");
}
