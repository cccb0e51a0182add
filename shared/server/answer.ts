import type { ServerResponse } from "node:http";
import { ClientAbortedError, type HttpAnswer } from "../http/messages.ts";
import type { ByteStream } from "../ports/blobs.ts";
import { announcedLength, type Exchange, hasBody } from "./exchange.ts";

/** What of a body that nobody read is still taken, so that the connection stays usable. */
const KEEP_ALIVE_DRAIN = 1024 * 1024;
/** What is taken on a connection that ends after the answer, so that a client that is still sending sees it. */
const LINGER_BYTES = 64 * 1024 * 1024;
const LINGER_MILLISECONDS = 10_000;

/** Up to here it costs less to copy a body than to write it apart from the headers. */
const JOINED_BYTES = 16 * 1024;

/** A stream ended early: the connection was cut, so that nobody takes a part for the whole. */
class CutShortError extends Error {
  override readonly name = "CutShortError";
}

export interface Sending {
  readonly exchange: Exchange;
  /** the server is stopping: tell the client not to use this connection again */
  readonly lastOnConnection: boolean;
}

/** Sends the answer and returns the bytes of its body. CutShortError or ClientAbortedError where it could not be sent whole. */
export async function send(answer: HttpAnswer, { exchange, lastOnConnection }: Sending): Promise<number> {
  const { response, incoming } = exchange;
  const unread = hasBody(incoming) && !incoming.readableEnded;
  const closes = lastOnConnection || (unread && !isSmallRest(exchange));
  response.writeHead(answer.status, headerList(answer, exchange.id, closes));
  if (answer.body.kind === "stream") return sendStream(answer.body.body, answer, exchange);
  const bytes = answer.body.kind === "bytes" ? answer.body.bytes : "";
  if (unread) await sendBeforeRest(exchange, bytes, closes);
  else if (typeof bytes === "string" || bytes.length > JOINED_BYTES) response.end(bytes);
  else response.end(textOf(bytes), "latin1");
  return Buffer.byteLength(bytes);
}

/** One character a byte: Node joins such a text with the headers, and the kernel gets one piece instead of two. */
const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/** A flat list of names and values is what Node writes with the least work. */
function headerList({ headers }: HttpAnswer, id: string, closes: boolean): string[] {
  const list = ["X-Request-Id", id];
  for (const name of Object.keys(headers)) list.push(name, headers[name] ?? "");
  if (closes) list.push("Connection", "close");
  return list;
}

/** A client that still waits for `100 Continue` may send its body or not: only closing is unambiguous. */
const isSmallRest = ({ incoming, wantsContinue }: Exchange): boolean =>
  !wantsContinue && (announcedLength(incoming) ?? Number.POSITIVE_INFINITY) <= KEEP_ALIVE_DRAIN;

/**
 * Answers while the client is still sending. Closing a socket with unread bytes resets the connection, and the reset
 * destroys the answer on its way; so the answer goes out whole, what still comes is dropped, and only then comes the end.
 */
async function sendBeforeRest(
  exchange: Exchange,
  bytes: Uint8Array | string,
  closes: boolean,
): Promise<void> {
  const { response } = exchange;
  if (bytes.length > 0 && exchange.incoming.method !== "HEAD") response.write(bytes);
  else response.flushHeaders();
  await exchange.awaitClient(dropRest(exchange, closes));
  response.end();
}

async function dropRest({ incoming, wantsContinue }: Exchange, closes: boolean): Promise<void> {
  if (incoming.destroyed || incoming.readableEnded) return;
  let dropped = 0;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, wantsContinue ? 0 : LINGER_MILLISECONDS);
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    incoming.on("data", (chunk: Uint8Array) => {
      dropped += chunk.length;
      if (closes && dropped > LINGER_BYTES) stop();
    });
    incoming.once("end", stop).once("close", stop).once("error", stop);
  });
}

async function sendStream(body: ByteStream, answer: HttpAnswer, exchange: Exchange): Promise<number> {
  const { response } = exchange;
  let sent = 0;
  try {
    for await (const chunk of body) {
      if (response.destroyed) throw new ClientAbortedError("the client went away");
      sent += chunk.length;
      await exchange.awaitClient(written(response, chunk));
    }
    if (response.destroyed) throw new ClientAbortedError("the client went away");
    const promised = answer.headers["Content-Length"];
    if (promised !== undefined && Number(promised) !== sent) {
      throw new CutShortError(`the body ended after ${sent} of ${promised} bytes`);
    }
    response.end();
    return sent;
  } catch (cause) {
    response.destroy();
    if (cause instanceof CutShortError || cause instanceof ClientAbortedError) throw cause;
    throw new CutShortError("the body could not be read to its end", { cause });
  }
}

/** Resolves when the kernel has the chunk, or the client is gone: its memory may be used again then. */
async function written(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off("close", done);
      resolve();
    };
    response.on("close", done);
    response.write(chunk, done);
  });
}
