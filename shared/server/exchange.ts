import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { ClientAbortedError, type HttpRequest } from "../http/messages.ts";
import type { ByteStream } from "../ports/blobs.ts";

/** One request and its answer on a connection, as long as it lasts. */
export class Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly id: string;
  readonly startedAt = performance.now();
  /** Since when nothing can go on before the client sends or takes bytes: only then may it time out. */
  waitingSince: number | undefined;
  /** The client waits for `100 Continue` before it sends its body. */
  wantsContinue: boolean;

  constructor(incoming: IncomingMessage, response: ServerResponse, id: string, wantsContinue: boolean) {
    this.incoming = incoming;
    this.response = response;
    this.id = id;
    this.wantsContinue = wantsContinue;
  }

  get socket(): Socket {
    return this.incoming.socket;
  }

  /** Marks the time that `work` takes as the client's, which the idle timeout bounds. */
  async awaitClient<T>(work: Promise<T>): Promise<T> {
    this.waitingSince = performance.now();
    try {
      return await work;
    } finally {
      this.waitingSince = undefined;
    }
  }
}

/** Target and headers are looked up in the raw list: most requests need three of them, and parsing all costs more. */
export function requestOf(exchange: Exchange): HttpRequest {
  const { incoming } = exchange;
  const { path, query } = targetOf(incoming);
  const { remoteAddress } = incoming.socket;
  return {
    method: incoming.method ?? "GET",
    path,
    query,
    header: (name) => headerOf(incoming.rawHeaders, name),
    ...(remoteAddress !== undefined && { clientAddress: remoteAddress }),
    body: { [Symbol.asyncIterator]: () => bodyOf(exchange) },
  };
}

/** What the request line asks for: without the query, and the query without its question mark. */
export function targetOf({ url = "/" }: IncomingMessage): { readonly path: string; readonly query: string } {
  const target = originForm(url);
  const question = target.indexOf("?");
  if (question < 0) return { path: target, query: "" };
  return { path: target.slice(0, question), query: target.slice(question + 1) };
}

/**
 * Proxies may send the absolute form, `GET http://host/path` (RFC 9112 § 3.2.2). The host and whatever is before it, a name
 * and a secret perhaps, belong to nobody's path, and so into no log.
 */
function originForm(target: string): string {
  if (target.startsWith("/")) return target;
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target);
  if (!absolute) return target;
  const rest = target.slice(absolute[0].length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}

function headerOf(raw: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let at = 0; at < raw.length; at += 2) {
    const candidate = raw[at] ?? "";
    if (candidate.length !== name.length) continue;
    if (candidate !== name && candidate.toLowerCase() !== name) continue;
    const value = raw[at + 1] ?? "";
    found = found === undefined ? value : `${found}, ${value}`;
  }
  return found;
}

/** Whether bytes of a body follow the headers. */
export const hasBody = ({ rawHeaders }: IncomingMessage): boolean =>
  headerOf(rawHeaders, "transfer-encoding") !== undefined ||
  (headerOf(rawHeaders, "content-length") ?? "0") !== "0";

/** The length that the client announced, where it did. */
export function announcedLength({ rawHeaders }: IncomingMessage): number | undefined {
  const length = headerOf(rawHeaders, "content-length");
  return length === undefined ? undefined : Number(length);
}

async function* bodyOf(exchange: Exchange): ByteStream & AsyncGenerator<Uint8Array> {
  if (exchange.wantsContinue) {
    exchange.wantsContinue = false;
    exchange.response.writeContinue();
  }
  // A consumer that gives up must still be able to answer, so leaving the loop must not destroy the socket.
  const chunks = exchange.incoming.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const next = await nextChunk(exchange, chunks);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}

async function nextChunk(
  exchange: Exchange,
  chunks: NodeJS.AsyncIterator<Uint8Array>,
): Promise<IteratorResult<Uint8Array>> {
  try {
    return await exchange.awaitClient(chunks.next());
  } catch (cause) {
    throw new ClientAbortedError("the client went away in the middle of its body", { cause });
  }
}
