import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ApiAnswer, answerOf, settled } from "./answer.ts";
import { type ApiContext, type ApiRequest, eventOf } from "./event.ts";
import { API_LIMITS, type GatewayRefusal, headBytes, refusal } from "./limits.ts";
import { type Match, matchRoute, type Route } from "./route-table.ts";
import type { Switches } from "./switches.ts";

/** How a synchronous invocation of a function ended. */
export type Invocation =
  /** `payload`: the JSON that the function returned */
  | { readonly outcome: "returned"; readonly payload: string }
  /** it threw, ended, or ran into its own timeout */
  | { readonly outcome: "failed"; readonly reason: string };

export interface Integration {
  /** `event`: as JSON */
  readonly invoke: (event: string) => Promise<Invocation>;
  readonly isOpen: boolean;
}

export interface HttpApi {
  readonly accountId: string;
  readonly apiId: string;
  readonly routes: readonly Route<Integration>[];
  readonly stageVariables?: Readonly<Record<string, string>>;
  /** false where the stage's throttling refuses the request */
  readonly admits: () => boolean;
}

export interface ServerOptions {
  readonly api: HttpApi;
  readonly switches: Switches;
  readonly host: string;
  /** 0 takes a free one */
  readonly port: number;
  /** milliseconds; shorter in tests only */
  readonly integrationTimeout?: number;
  readonly log: (line: string) => void;
}

export interface ApiServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Serves an HTTP API on this machine, with its documented limits. */
export async function serveHttpApi(options: ServerOptions): Promise<ApiServer> {
  // above the API's own limit, so that it is this code that answers 431
  const server = createServer({ maxHeaderSize: 4 * API_LIMITS.head }, (request, response) => {
    void exchange(request, response, options).catch((cause: unknown) => {
      options.log(`gateway: ${request.method} ${request.url}: ${String(cause)}`);
      response.destroy();
    });
  });
  server.listen(options.port, options.host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://${options.host}:${port}`, stop: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

async function exchange(
  message: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
): Promise<void> {
  const answer = await answerTo(message, options);
  if (answer === "gone") return void response.destroy();
  send(message, response, settled(answer, message.method ?? "", options.switches));
}

/** Answers `gone` where the client went away in the middle of its body. */
async function answerTo(message: IncomingMessage, options: ServerOptions): Promise<ApiAnswer | "gone"> {
  const { api, switches } = options;
  const { method = "", url: target = "/" } = message;
  if (headBytes(`${method} ${target} HTTP/1.1`, message.rawHeaders) > API_LIMITS.head) {
    return refusal("headTooLarge");
  }
  const [path = ""] = target.split("?");
  const match = matchRoute(api.routes, { method, path }, switches);
  if (match === undefined) return refusal("notFound");
  if (!match.route.target.isOpen) return refusal("forbidden");
  if (!api.admits()) return refusal("tooManyRequests");
  const body = await bodyOf(message, switches.chunked);
  if (body === "gone") return body;
  if (typeof body === "string") return refusal(body);
  return invoke(match, requestOf(message, body), options);
}

async function invoke(
  { route, pathParameters }: Match<Integration>,
  request: ApiRequest,
  { api, integrationTimeout = API_LIMITS.integration, log }: ServerOptions,
): Promise<ApiAnswer> {
  const context: ApiContext = {
    accountId: api.accountId,
    apiId: api.apiId,
    routeKey: route.text,
    pathParameters,
    stageVariables: api.stageVariables,
    requestId: randomUUID(),
    traceId: `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString("hex")}`,
    time: Date.now(),
  };
  const event = JSON.stringify(eventOf(request, context));
  if (Buffer.byteLength(event) > API_LIMITS.payload) return refusal("tooLarge");
  const invocation = await within(integrationTimeout, route.target.invoke(event));
  if (invocation === undefined) return refusal("unavailable");
  const failed = (reason: string): ApiAnswer => {
    log(`gateway: ${request.method} ${request.target}: 500, ${reason}`);
    return refusal("functionFailed");
  };
  if (invocation.outcome === "failed") return failed(invocation.reason);
  const bytes = Buffer.byteLength(invocation.payload);
  if (bytes > API_LIMITS.payload) return failed(`the function returned ${bytes} bytes`);
  return answerOf(invocation.payload) ?? failed(`malformed: ${invocation.payload.slice(0, 200)}`);
}

/** Undefined where the time is over first; what comes later is dropped. */
async function within<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value | undefined> {
  const timeout = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => timeout.resolve(undefined), milliseconds);
  try {
    return await Promise.race([promise, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The whole body; or why there is none. */
async function bodyOf(
  message: IncomingMessage,
  chunked: Switches["chunked"],
): Promise<Buffer | GatewayRefusal | "gone"> {
  const length = message.headers["content-length"];
  const isChunked = length === undefined && message.headers["transfer-encoding"] !== undefined;
  if (isChunked && chunked !== "accept") return chunked === "411" ? "lengthRequired" : "notImplemented";
  if (Number(length ?? 0) > API_LIMITS.body) return "tooLarge";
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of message.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length;
      if (bytes > API_LIMITS.body) return "tooLarge";
      chunks.push(chunk as Buffer);
    }
  } catch {
    return "gone";
  }
  return Buffer.concat(chunks);
}

function requestOf(message: IncomingMessage, body: Buffer): ApiRequest {
  const { rawHeaders, socket } = message;
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""] as const] : [],
  );
  return {
    method: message.method ?? "",
    target: message.url ?? "/",
    headers,
    body,
    sourceIp: socket.remoteAddress ?? "",
    protocol: "http",
    port: socket.localPort ?? 0,
  };
}

function send(
  message: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: ApiAnswer,
): void {
  const names = new Map<string, string[]>();
  for (const [name, value] of headers) names.set(name, [...(names.get(name) ?? []), value]);
  for (const [name, values] of names)
    response.setHeader(name, name === "set-cookie" ? values : values.join(", "));
  if (!message.complete) {
    // refused before its body was read: what still comes is thrown away, and nothing else follows on this connection
    response.setHeader("connection", "close");
    message.resume();
  }
  response.statusCode = status;
  response.end(body);
}
