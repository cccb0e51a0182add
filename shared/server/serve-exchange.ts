import type { ServerResponse } from "node:http";
import { ClientAbortedError, type HttpAnswer, type HttpHandler } from "../http/messages.ts";
import { refusal } from "../http/refusal.ts";
import { send } from "./answer.ts";
import { type Exchange, requestOf, targetOf } from "./exchange.ts";
import type { ServerLog } from "./server-log.ts";

export interface Serving {
  readonly handler: HttpHandler;
  readonly log: ServerLog;
  readonly state: { readonly stopping: boolean };
}

/** Serves one exchange to its end, that is until the client has taken the answer or is gone. Never rejects. */
export async function serveExchange(exchange: Exchange, { handler, log, state }: Serving): Promise<void> {
  const { response } = exchange;
  // Without a listener, a write after the client left would end the process.
  response.on("error", () => {});
  try {
    const answer = await answerTo(exchange, handler, log);
    const bytes = await send(answer, { exchange, lastOnConnection: state.stopping });
    logAnswer(log, exchange, { status: answer.status, bytes });
    if (!response.closed) await exchange.awaitClient(closed(response));
  } catch (error) {
    exchange.socket.destroy();
    logCut(log, exchange, error);
  }
}

/** Not `once` of node:events, whose promise also watches for an error and takes several times as long. */
const closed = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    response.once("close", resolve);
  });

async function answerTo(exchange: Exchange, handler: HttpHandler, log: ServerLog): Promise<HttpAnswer> {
  try {
    return await handler(requestOf(exchange));
  } catch (error) {
    if (error instanceof ClientAbortedError) throw error;
    log.error({ ...about(exchange), err: error }, "a defect: answered 500");
    return refusal("INTERNAL", { requestId: exchange.id });
  }
}

/** Requests that change something are worth a line each; reads are many, and a line would cost a part of each. */
function logAnswer(
  log: ServerLog,
  exchange: Exchange,
  { status, bytes }: { status: number; bytes: number },
): void {
  const { method } = exchange.incoming;
  const level = status < 500 && (method === "GET" || method === "HEAD") ? "debug" : "info";
  if (log.isLevelEnabled(level)) log[level]({ ...about(exchange), status, bytes }, "answered");
}

function logCut(log: ServerLog, exchange: Exchange, error: unknown): void {
  if (error instanceof ClientAbortedError)
    log.info({ ...about(exchange), reason: error.message }, "cut short by the client");
  else log.error({ ...about(exchange), err: error }, "cut short");
}

/** Never headers, the query, or what stands before the path: they may hold what nobody but the client should know. */
function about({ id, incoming, startedAt }: Exchange) {
  return {
    request: id,
    method: incoming.method,
    path: targetOf(incoming).path,
    milliseconds: Math.round((performance.now() - startedAt) * 10) / 10,
  };
}
