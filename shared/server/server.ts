import { randomBytes } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { HttpAnswer, HttpHandler } from "../http/messages.ts";
import { refusal } from "../http/refusal.ts";
import { Connections } from "./connections.ts";
import { Exchange } from "./exchange.ts";
import { answerMalformed } from "./malformed.ts";
import { serveExchange } from "./serve-exchange.ts";
import type { ServerLog } from "./server-log.ts";

// An import would ask the module for all that it has, its WebSocket too, for which Node loads undici: 5 MB, 30 ms.
const { createServer: createHttpServer } = process.getBuiltinModule("node:http");

export interface ServerSettings {
  readonly host: string;
  /** 0 takes a free one */
  readonly port: number;
  /** PEM */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  /** how long a client may neither send nor take a byte while it is its turn */
  readonly idleMilliseconds: number;
  readonly maxConnections: number;
  /** within which all headers of a request have to come, from its first byte; 30 s where it is not given */
  readonly headersMilliseconds?: number;
}
export interface ServerParts {
  readonly settings: ServerSettings;
  readonly handler: HttpHandler;
  readonly log: ServerLog;
}
export interface RunningServer {
  readonly port: number;
  readonly url: string;
  /** Takes no more requests, finishes those under way, cuts what is left after the grace; resolves when none is left. */
  readonly stop: (graceMilliseconds: number) => Promise<void>;
  /** Cuts every connection now. */
  readonly cut: () => void;
}

const HEADERS_BYTES = 16 * 1024;
const HEADERS_MILLISECONDS = 30_000;
/** Longer than Go's clients keep a connection (90 s): then it is they who close it, and no request meets a closed one. */
const KEEP_ALIVE_MILLISECONDS = 95_000;
/** What an exchange that was cut may still take to end in the stores. */
const LAST_MILLISECONDS = 10_000;

/** Serves `handler` on a socket. Rejects with Node's own error where it can't listen. */
export async function startServer({ settings, handler, log }: ServerParts): Promise<RunningServer> {
  const connections = new Connections(settings.idleMilliseconds);
  const state = { stopping: false };
  const prefix = randomBytes(6).toString("hex");
  let requests = 0;

  const accept =
    (answering: HttpHandler, wantsContinue: boolean) =>
    (incoming: IncomingMessage, response: ServerResponse) => {
      requests += 1;
      const exchange = new Exchange(incoming, response, `${prefix}-${requests.toString(36)}`, wantsContinue);
      connections.begin(exchange);
      void serveExchange(exchange, { handler: answering, log, state }).finally(() =>
        connections.end(exchange),
      );
    };

  const server = createServer(settings);
  server.on("connection", (socket) => connections.opened(socket));
  server.on("request", accept(handler, false));
  server.on("checkContinue", accept(handler, true));
  server.on("checkExpectation", accept(unmetExpectation, false));
  server.on("clientError", (error, socket) =>
    answerMalformed({ error, socket, hasBegunAnswer: connections.hasBegunAnswer(socket) }),
  );
  server.on("timeout", (socket) => {
    if (connections.isStalled(socket)) socket.destroy();
    else socket.setTimeout(settings.idleMilliseconds);
  });
  await listen(server, settings);
  // Accepting may fail, for want of file descriptors: that is one client's trouble, not the end of the process.
  server.on("error", (error) => log.error({ err: error }, "a connection could not be accepted"));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${settings.tls ? "https" : "http"}://${bracketed(settings.host)}:${port}`,
    stop: async (graceMilliseconds) => {
      state.stopping = true;
      server.close();
      const outcome = await connections.quiet(graceMilliseconds);
      if (outcome === "late")
        log.warn({ graceMilliseconds }, "the grace is over: cutting the requests that are left");
      connections.cut();
      await connections.quiet(LAST_MILLISECONDS);
    },
    cut: () => connections.cut(),
  };
}

/** Timeouts are idle timeouts; only the headers have to come within a total time. */
function createServer(settings: ServerSettings): Server {
  const { tls, headersMilliseconds = HEADERS_MILLISECONDS } = settings;
  const options = {
    maxHeaderSize: HEADERS_BYTES,
    headersTimeout: headersMilliseconds,
    connectionsCheckingInterval: headersMilliseconds / 6,
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
  };
  const server = tls
    ? createHttpsServer({ ...options, ...tls, handshakeTimeout: headersMilliseconds })
    : createHttpServer(options);
  server.timeout = settings.idleMilliseconds;
  server.maxConnections = settings.maxConnections;
  return server;
}

async function listen(server: Server, { host, port }: ServerSettings): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen({ host, port }, resolve);
  await promise;
  server.off("error", reject);
}

const unmetExpectation = async (): Promise<HttpAnswer> => refusal("EXPECTATION_FAILED");

const bracketed = (host: string): string => (host.includes(":") ? `[${host}]` : host);
