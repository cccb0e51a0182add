import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request as open, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";

/** A server of HTTP/1.1 that stands before another one. */
export interface Proxy {
  /** `http://host:port` */
  readonly endpoint: string;
  /** resolves when no request is being handled, also of clients that are gone */
  readonly idle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface ProxyOptions {
  readonly host: string;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly log: (line: string) => void;
}

export async function startProxy({ host, handle, log }: ProxyOptions): Promise<Proxy> {
  const handled = new Set<Promise<void>>();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await handle(request, response);
    } catch (cause) {
      // the one side went away: the other learns it by the end of its connection
      log(`proxy: ${request.method} ${request.url?.split("?")[0]}: ${String(cause)}`);
      response.destroy();
    }
  };
  const track = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const served = serve(request, response);
    handled.add(served);
    await served;
    handled.delete(served);
  };
  const server = createServer((request, response) => void track(request, response));
  server.listen(0, host);
  await once(server, "listening");
  return {
    endpoint: `http://${host}:${(server.address() as AddressInfo).port}`,
    idle: async () => void (await Promise.all(handled)),
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export interface Forwarded {
  readonly origin: string;
  readonly method: string;
  /** path and query, escaped */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: IncomingMessage | Uint8Array;
}

const agent = new Agent({ keepAlive: true });

/** Sends a request on and resolves with the answer's head; its body is still to be read. */
export async function forward({
  origin,
  method,
  target,
  headers,
  body,
}: Forwarded): Promise<IncomingMessage> {
  const { hostname, port } = new URL(origin);
  const outgoing = open({ hostname, port, path: target, method, headers, agent });
  const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
  if (body instanceof Uint8Array) outgoing.end(body);
  else await Promise.race([pipeline(body, outgoing), answered]);
  const [answer] = await answered;
  return answer;
}

/** Hands an answer on as it is. */
export async function relay(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(answer.statusCode ?? 502, headersOf(answer));
  await pipeline(answer, response);
}

/** Header names in lower case; repeated ones joined. */
export function headersOf(message: IncomingMessage): Record<string, string> {
  const entries = Object.entries(message.headersDistinct).map(
    ([name, values]) => [name, (values ?? []).join(", ")] as const,
  );
  return Object.fromEntries(entries.filter(([name]) => !HOP_BY_HOP.has(name)));
}

const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding"]);

export async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
