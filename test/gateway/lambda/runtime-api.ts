import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the runtime of one environment reports. */
export interface RuntimeReports {
  /** the runtime asks for the next event: the one before is over, or it has just been started */
  readonly onNext: () => void;
  readonly onResponse: (requestId: string, payload: string) => void;
  readonly onError: (requestId: string, report: string) => void;
  readonly onInitError: (report: string) => void;
}

export interface InvocationEvent {
  readonly requestId: string;
  readonly functionArn: string;
  readonly traceId: string;
  /** milliseconds since 1970 */
  readonly deadline: number;
  /** JSON */
  readonly event: string;
}

/** Lambda's Runtime API (2018-06-01) for one environment. */
export interface RuntimeApi {
  /** host:port, as AWS_LAMBDA_RUNTIME_API names it */
  readonly address: string;
  /** Answers the request for the next event that the runtime waits with. */
  readonly send: (invocation: InvocationEvent) => void;
  readonly stop: () => Promise<void>;
}

const ROUTE =
  /^\/2018-06-01\/runtime\/(?:(invocation\/next)|invocation\/([^/]+)\/(response|error)|(init\/error))$/;

/** Serves the Runtime API on a free port of loopback. */
export async function serveRuntimeApi(reports: RuntimeReports): Promise<RuntimeApi> {
  let waiting: ServerResponse | undefined;
  const server = createServer((request, response) => {
    const [, isNext, requestId = "", report, isInit] = ROUTE.exec(request.url ?? "") ?? [];
    if (isNext !== undefined) {
      waiting = response;
      return reports.onNext();
    }
    if (report === undefined && isInit === undefined) return void response.writeHead(404).end();
    const tell = (text: string): void => {
      if (isInit !== undefined) reports.onInitError(text);
      else if (report === "response") reports.onResponse(decodeURIComponent(requestId), text);
      else reports.onError(decodeURIComponent(requestId), text);
    };
    void accept(request, response, tell);
  });
  // the runtime waits as long as nobody calls its function
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    send: (invocation) => {
      if (waiting === undefined) throw new Error("the runtime does not wait for an event");
      waiting.writeHead(200, headersOf(invocation)).end(invocation.event);
      waiting = undefined;
    },
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const headersOf = ({ requestId, functionArn, traceId, deadline }: InvocationEvent) => ({
  "Content-Type": "application/json",
  "Lambda-Runtime-Aws-Request-Id": requestId,
  "Lambda-Runtime-Deadline-Ms": String(deadline),
  "Lambda-Runtime-Invoked-Function-Arn": functionArn,
  "Lambda-Runtime-Trace-Id": traceId,
});

async function accept(
  request: IncomingMessage,
  response: ServerResponse,
  tell: (text: string) => void,
): Promise<void> {
  try {
    const text = await textOf(request);
    response.writeHead(202, { "Content-Type": "application/json" }).end('{"status":"OK"}');
    tell(text);
  } catch {
    // the process ended in the middle of its report: its end is noticed
    response.destroy();
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
