import { once } from "node:events";
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { Complaint, causeOf } from "../complaint.ts";

export interface Body {
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Content-Length; or none, as docker sends what it compresses on the way: `Transfer-Encoding: chunked` */
  readonly length: number | "chunked";
}

export interface Ask {
  readonly method: string;
  /** a path on the registry, or where an answer pointed */
  readonly target: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** takes the bytes of the answer as they come; they are kept where it is not given */
  readonly sink?: (chunk: Uint8Array) => void;
}

export interface Answer {
  /** the request, for people: method and path, never the query, which may hold a secret */
  readonly request: string;
  readonly url: URL;
  readonly status: number;
  /** repeated headers joined by ", " */
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
}

/** Says exactly what it is asked to, follows nothing, and sends no credentials anywhere. */
export interface Client {
  readonly base: URL;
  /** NoAnswerError where no whole answer came; the signal's own error where that ended it; a Complaint of the body's. */
  readonly send: (ask: Ask) => Promise<Answer>;
  readonly close: () => void;
}

export interface ClientOptions {
  readonly base: URL;
  /** milliseconds in which nothing moves on the connection, after which a request is given up */
  readonly timeout: number;
  readonly signal?: AbortSignal;
  /** told how much of a body went out or came in: bytes */
  readonly onMoved?: (bytes: number) => void;
}

/** The connection was refused, cut, or fell silent. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/** No answer that is kept is longer; beyond it something is wrong. */
const MOST_KEPT = 16 * 1024 * 1024;

export function createClient(options: ClientOptions): Client {
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true });
  const send = async (ask: Ask): Promise<Answer> => {
    const url = new URL(ask.target, options.base);
    const name = `${ask.method} ${url.host === options.base.host ? "" : url.host}${url.pathname}`;
    const asking = { ask, url, name, agent: url.protocol === "https:" ? https : http, options };
    try {
      return await exchange(asking);
    } catch (cause) {
      options.signal?.throwIfAborted();
      if (cause instanceof Complaint) throw cause;
      throw new NoAnswerError(`${name} got no whole answer: ${causeOf(cause)}`, { cause });
    }
  };
  return {
    base: options.base,
    send,
    close: () => {
      http.destroy();
      https.destroy();
    },
  };
}

interface Asking {
  readonly ask: Ask;
  readonly url: URL;
  readonly name: string;
  readonly agent: HttpAgent;
  readonly options: ClientOptions;
}

async function exchange({ ask, url, name, agent, options }: Asking): Promise<Answer> {
  const { signal, timeout, onMoved } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const open = url.protocol === "https:" ? httpsRequest : httpRequest;
  const headers = { ...framing(ask), ...ask.headers };
  const outgoing = open(url, { method: ask.method, headers, agent, ...(signal && { signal }) });
  outgoing.setTimeout(timeout, () => outgoing.destroy(new Error(`nothing moved for ${timeout / 1000} s`)));
  let answered = false;
  // A registry may refuse a body before it has read it: its answer counts, not what becomes of the rest.
  outgoing.on("error", (error) => answered || reject(error));
  outgoing.on("response", (incoming) => {
    answered = true;
    gather(incoming, ask.sink, onMoved)
      .then((body) => resolve({ request: name, url, ...headOf(incoming), body }), reject)
      .finally(() => outgoing.writableFinished || outgoing.destroy());
  });
  if (ask.body) sendBody(ask.body, outgoing, onMoved, reject);
  else outgoing.end();
  return promise;
}

/** What the body is read from is closed when the request has ended, however that was. */
function sendBody(
  { chunks }: Body,
  outgoing: ClientRequest,
  onMoved: ClientOptions["onMoved"],
  fail: (error: Error) => void,
): void {
  const source = Readable.from(counted(chunks, onMoved)).on("error", (error) => {
    fail(error);
    outgoing.destroy();
  });
  outgoing.once("close", () => source.destroy());
  source.pipe(outgoing);
}

function framing({ method, body }: Ask): Readonly<Record<string, string>> {
  if (body?.length === "chunked") return { "Transfer-Encoding": "chunked" };
  if (body) return { "Content-Length": String(body.length) };
  return method === "GET" || method === "HEAD" ? {} : { "Content-Length": "0" };
}

const headOf = ({ statusCode = 0, headers }: IncomingMessage): Pick<Answer, "status" | "header"> => ({
  status: statusCode,
  header: (name) => {
    const value = headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(", ") : value;
  },
});

/** Looks at what came in before each chunk that goes out, so that an early refusal is heard before the line is cut. */
async function* counted(
  chunks: Body["chunks"],
  onMoved: ClientOptions["onMoved"],
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    await setImmediate();
    onMoved?.(chunk.length);
    yield chunk;
  }
}

async function gather(
  incoming: IncomingMessage,
  sink: Ask["sink"],
  onMoved: ClientOptions["onMoved"],
): Promise<Buffer> {
  const kept: Uint8Array[] = [];
  let bytes = 0;
  incoming.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    onMoved?.(chunk.length);
    if (sink) sink(chunk);
    else if (bytes <= MOST_KEPT) kept.push(chunk);
  });
  await once(incoming, "end");
  return Buffer.concat(kept);
}
