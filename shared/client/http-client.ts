import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import {
  type AnswerHead,
  type Ask,
  type Body,
  type HttpClient,
  NoAnswerError,
  type OpenAnswer,
} from "./messages.ts";
import { withSend } from "./send.ts";

export interface HttpClientOptions {
  readonly base: URL;
  /** milliseconds in which nothing moves on the connection, after which a request is given up */
  readonly timeout: number;
  readonly signal?: AbortSignal;
  /** told how much of a body went out or came in: bytes */
  readonly onMoved?: (bytes: number) => void;
}

/**
 * Says exactly what it is asked to, follows nothing, and adds no credentials. On Node's own HTTP, because `fetch` does
 * not hear a refusal while a body goes out, and has no limit for silence alone.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true });
  return withSend({
    base: options.base,
    open: async (ask) => {
      const url = new URL(ask.target, options.base);
      const name = `${ask.method} ${url.host === options.base.host ? "" : url.host}${url.pathname}`;
      return exchange({ ask, url, name, agent: url.protocol === "https:" ? https : http, options });
    },
    close: () => {
      http.destroy();
      https.destroy();
    },
  });
}

interface Asking {
  readonly ask: Ask;
  readonly url: URL;
  readonly name: string;
  readonly agent: HttpAgent;
  readonly options: HttpClientOptions;
}

/** What a body threw, which is told as it is. */
class BodyError extends Error {
  override readonly name = "BodyError";
}

async function exchange(asking: Asking): Promise<OpenAnswer> {
  const { ask, url, name, agent, options } = asking;
  const { signal, timeout, onMoved } = options;
  const { promise, resolve, reject } = Promise.withResolvers<OpenAnswer>();
  const open = url.protocol === "https:" ? httpsRequest : httpRequest;
  const headers = { ...framing(ask), ...ask.headers };
  const outgoing = open(url, { method: ask.method, headers, agent, ...(signal && { signal }) });
  outgoing.setTimeout(timeout, () => outgoing.destroy(new Error(`nothing moved for ${timeout / 1000} s`)));
  // A registry may refuse a body before it has read it: its answer counts, not what becomes of the rest.
  outgoing.on("error", (error) => reject(toldOf(error, asking)));
  outgoing.on("response", (incoming) => {
    // Without a listener, a cut before the body is read would be nobody's error.
    incoming.on("error", () => {});
    const close = () => void outgoing.destroy();
    resolve({ request: name, url, ...headOf(incoming), body: bodyOf(incoming, outgoing, asking), close });
  });
  if (ask.body) sendBody(ask.body, outgoing, onMoved);
  else outgoing.end();
  return promise;
}

function toldOf(cause: unknown, { name, options }: Asking): unknown {
  if (options.signal?.aborted) return options.signal.reason;
  if (cause instanceof BodyError) return cause.cause;
  return new NoAnswerError(`${name} got no whole answer: ${causeOf(cause)}`, { cause });
}

/** The code of a system error, or what else can be said of it in one line. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? String(error.code) : (error.message.split("\n", 1)[0] ?? error.name);
}

async function* bodyOf(
  incoming: IncomingMessage,
  outgoing: ClientRequest,
  asking: Asking,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      asking.options.onMoved?.(chunk.length);
      yield chunk;
    }
  } catch (cause) {
    throw toldOf(cause, asking);
  } finally {
    if (!incoming.complete || !outgoing.writableFinished) outgoing.destroy();
  }
}

/** What the body is read from is closed when the request has ended, however that was. */
function sendBody({ chunks }: Body, outgoing: ClientRequest, onMoved: HttpClientOptions["onMoved"]): void {
  const source = Readable.from(counted(chunks, onMoved)).on("error", (cause) =>
    outgoing.destroy(new BodyError("the body failed", { cause })),
  );
  outgoing.once("close", () => source.destroy());
  source.pipe(outgoing);
}

function framing({ method, body }: Ask): Readonly<Record<string, string>> {
  if (body?.length === "chunked") return { "Transfer-Encoding": "chunked" };
  if (body) return { "Content-Length": String(body.length) };
  return method === "GET" || method === "HEAD" ? {} : { "Content-Length": "0" };
}

const headOf = ({ statusCode = 0, headers }: IncomingMessage): Pick<AnswerHead, "status" | "header"> => ({
  status: statusCode,
  header: (name) => {
    const value = headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(", ") : value;
  },
});

/** Looks at what came in before each chunk that goes out, so that an early refusal is heard before the line is cut. */
async function* counted(
  chunks: Body["chunks"],
  onMoved: HttpClientOptions["onMoved"],
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    await setImmediate();
    onMoved?.(chunk.length);
    yield chunk;
  }
}
