import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestOptions,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { headBytes } from "../http-api/limits.ts";
import type { Distribution, Origin } from "./distribution.ts";
import type { Answered, ViewerRequest } from "./edge-function.ts";
import { answerHeaders, onwardHeaders, ownHeaders, viewerRequestOf } from "./headers.ts";
import { type KeptError, KeptErrors } from "./kept-errors.ts";
import { EDGE_LIMITS, type EdgeRefusal, refusal } from "./limits.ts";

export interface EdgeOptions {
  readonly distribution: Distribution;
  /** where the origins are on this machine, by their domains */
  readonly places: ReadonlyMap<string, string>;
  readonly host: string;
  /** 0 takes a free one */
  readonly port: number;
  readonly log: (line: string) => void;
}

export interface EdgeServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Serves a CloudFront distribution on this machine, with its documented limits. Throws where an origin has no place. */
export async function serveEdge(options: EdgeOptions): Promise<EdgeServer> {
  const { distribution, places, log } = options;
  const agent = new Agent({ keepAlive: true });
  const errors = new KeptErrors(distribution.errorTimes);
  for (const { domain } of distribution.origins.values())
    if (!places.has(domain)) throw new Error(`the edge leads to ${domain}, which is not on this machine`);
  // above the edge's own limit, so that it is this code that answers 413; as long as an upload takes
  const settings = { maxHeaderSize: 4 * EDGE_LIMITS.head, requestTimeout: 0 };
  const server = createServer(settings, (message, response) => {
    try {
      exchange(message, response, { ...options, agent, errors });
    } catch (cause) {
      log(`edge: ${message.method} ${withoutQuery(message.url)}: ${String(cause)}`);
      refuse(message, response, "broken");
    }
  });
  server.listen(options.port, options.host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://${options.host}:${port}`, stop: () => close(server, agent) };
}

async function close(server: Server, agent: Agent): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  agent.destroy();
  await closed;
}

/** `agent`: the connections to the origins, which are kept */
type Serving = EdgeOptions & { readonly agent: Agent; readonly errors: KeptErrors };

function exchange(message: IncomingMessage, response: ServerResponse, options: Serving): void {
  const { method = "", url = "/", rawHeaders } = message;
  const line = `${method} ${url} HTTP/1.1`;
  if (Buffer.byteLength(url) > EDGE_LIMITS.url || headBytes(line, rawHeaders) > EDGE_LIMITS.head)
    return refuse(message, response, "tooLarge");
  if (Number(message.headers["content-length"] ?? 0) > EDGE_LIMITS.body)
    return refuse(message, response, "tooLarge");
  const { distribution } = options;
  const behaviour = distribution.behaviourOf(withoutQuery(url));
  // "If a viewer GET request includes a body, CloudFront returns an HTTP status code 403"
  if (!behaviour.methods.has(method) || (method === "GET" && hasBody(message)))
    return refuse(message, response, "forbidden");
  const viewed = viewerRequestOf(method, url, rawHeaders);
  const result = behaviour.route?.(viewed, message.socket.remoteAddress) ?? {
    kind: "passed",
    request: viewed,
    origin: undefined,
  };
  if (result.kind === "answered") return sendOwn(message, response, result);
  const kept = options.errors.find(method, withoutQuery(url));
  if (kept !== undefined) return sendKept(message, response, kept);
  const { request: routed, origin: chosen = behaviour.origin } = result;
  const origin = distribution.origins.get(chosen);
  if (origin === undefined) throw new Error(`no origin ${chosen}`);
  pass(message, response, { routed, origin, options });
}

interface Passing {
  readonly routed: ViewerRequest;
  readonly origin: Origin;
  readonly options: Serving;
}

/** Hands body and answer on as they come, neither waiting for the other. */
function pass(
  message: IncomingMessage,
  response: ServerResponse,
  { routed, origin, options }: Passing,
): void {
  const id = randomBytes(40).toString("base64url");
  const onward = request(requestFor(message, { routed, origin, options, id }));
  const fail = (kind: EdgeRefusal): void => {
    onward.destroy();
    if (response.headersSent) response.destroy();
    else refuse(message, response, kind);
  };
  // "how long CloudFront waits for a response after forwarding a request"
  onward.once("finish", () => onward.setTimeout(origin.readTimeout, () => fail("late")));
  // An origin that answers before it has all may hang up, too: its answer counts.
  let isAnswered = false;
  onward.on("error", () => isAnswered || fail("unreachable"));
  onward.once("response", (answer) => {
    isAnswered = true;
    const { statusCode = 502, rawHeaders } = answer;
    response.writeHead(statusCode, answerHeaders(rawHeaders, statusCode, id));
    options.errors.watch(routed.method, withoutQuery(message.url), answer);
    answer.once("error", () => response.destroy()).pipe(response);
  });
  onward.once("close", () => message.resume());
  response.once("close", () => response.writableFinished || onward.destroy());
  limit(message, () => fail("tooLarge"));
  message.pipe(onward);
}

function requestFor(
  message: IncomingMessage,
  { routed, origin, options, id }: Passing & { readonly id: string },
): RequestOptions {
  const { host, hostname, port } = new URL(options.places.get(origin.domain) ?? "");
  const path = `${routed.uri}${(message.url ?? "").slice(withoutQuery(message.url).length)}`;
  const headers = onwardHeaders(routed, { origin, host, id, address: message.socket.remoteAddress ?? "" });
  const framing =
    message.headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" };
  return {
    hostname,
    port,
    path,
    method: routed.method,
    headers: { ...headers, ...framing },
    agent: options.agent,
  };
}

function limit(message: IncomingMessage, exceeded: () => void): void {
  let bytes = 0;
  message.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > EDGE_LIMITS.body) exceeded();
  });
}

/** "returns HTTP status code 413, and then terminates the TCP connection": so that nothing of the body is taken for more. */
function refuse(message: IncomingMessage, response: ServerResponse, kind: EdgeRefusal): void {
  const { status, body } = refusal(kind);
  const own = ownHeaders(undefined, status, randomBytes(40).toString("base64url"));
  if (!message.complete) message.resume();
  response.writeHead(status, ["content-type", "text/html", "connection", "close", ...own]);
  response.end(body);
}

function sendKept(
  message: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: KeptError,
): void {
  if (!message.complete) message.resume();
  response.writeHead(status, answerHeaders(headers, status, randomBytes(40).toString("base64url")));
  response.end(message.method === "HEAD" ? undefined : body);
}

/** A function's own answer. What of the request's body still comes is thrown away. */
function sendOwn(
  message: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Answered,
): void {
  const own = ownHeaders(undefined, status, randomBytes(40).toString("base64url"));
  const given = Object.entries(headers).flatMap(([name, { value }]) => [name, value]);
  if (!message.complete) message.resume();
  response.writeHead(status, ["content-length", String(Buffer.byteLength(body)), ...given, ...own]);
  response.end(message.method === "HEAD" ? undefined : body);
}

const withoutQuery = (url = "/"): string => url.split("?", 1)[0] ?? "/";

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
