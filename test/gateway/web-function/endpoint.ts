import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { headersOf } from "../rights/proxy.ts";
import type { WebEnvironments } from "./environments.ts";
import { forwardWhole } from "./forward.ts";
import { refusalOf, WEB_REFUSALS, type WebRefusal } from "./refusals.ts";

export interface EndpointOptions {
  readonly environments: Pick<WebEnvironments, "take">;
  readonly host: string;
  /** milliseconds that a request may take, its wait for an environment included */
  readonly timeout: number;
  readonly log: (line: string) => void;
}

export interface Endpoint {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The endpoint of a Web Function, on a free port: HTTP/1.1, one way after the other (half-duplex). */
export async function serveEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 0 });
  server.listen(0, options.host);
  await once(server, "listening");
  const host = `${options.host}:${(server.address() as AddressInfo).port}`;
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const refused = refusalOf(request, host);
    if (refused !== undefined) return refuse(request, response, refused);
    void exchange(request, response, options);
  };
  server.on("request", serve).on("checkContinue", serve).on("checkExpectation", serve);
  return {
    url: `http://${host}`,
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  { environments, timeout, log }: EndpointOptions,
): Promise<void> {
  const over = AbortSignal.timeout(timeout);
  try {
    const { port, giveBack } = await environments.take();
    try {
      const answer = await forwardWhole(request, port, over);
      response.writeHead(answer.statusCode ?? 502, headersOf(answer));
      await pipeline(answer, response, { signal: over });
    } finally {
      giveBack();
    }
  } catch (cause) {
    log(`web function: ${request.method} ${request.url?.split("?")[0]}: ${String(cause)}`);
    if (response.headersSent || request.socket.destroyed) response.destroy();
    else refuse(request, response, over.aborted ? "late" : "crashed");
  }
}

/** milliseconds in which what still comes of a refused body is thrown away, so that its client hears the answer */
const LINGER = 1000;

/** The connection ends with the answer. */
function refuse(request: IncomingMessage, response: ServerResponse, refused: WebRefusal): void {
  const { status, message } = WEB_REFUSALS[refused];
  response.writeHead(status, { "Content-Type": "application/json", Connection: "close" });
  response.end(JSON.stringify({ message }));
  request.resume();
  setTimeout(() => request.socket.destroy(), LINGER).unref();
}
