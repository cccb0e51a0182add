import type { IncomingMessage, ServerResponse } from "node:http";
import { dynamodbAccesses } from "./dynamodb-actions.ts";
import type { Judge } from "./identities.ts";
import { bytesOf, forward, headersOf, type Proxy, relay, startProxy } from "./proxy.ts";
import { claimOf, sha256 } from "./sigv4.ts";

export interface DynamodbProxyOptions {
  /** DynamoDB Local, which knows neither signatures nor rights */
  readonly origin: string;
  readonly host: string;
  /** ARN prefix of all tables, ending with `table/` */
  readonly tables: string;
  readonly judge: Judge;
  readonly log: (line: string) => void;
}

/** DynamoDB as a role sees it. */
export function startDynamodbProxy(options: DynamodbProxyOptions): Promise<Proxy> {
  const { host, log } = options;
  return startProxy({ host, log, handle: (request, response) => handle(request, response, options) });
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { origin, tables, judge }: DynamodbProxyOptions,
): Promise<void> {
  const body = await bytesOf(request);
  const headers = headersOf(request);
  const { method = "", url: target = "/" } = request;
  const signable = { method, path: target, query: "", headers };
  const claim = claimOf(signable, { bodyHash: sha256(body) });
  const accesses = dynamodbAccesses(headers["x-amz-target"] ?? "", body.toString("utf8"), tables);
  const verdict = judge.judge(signable, claim, accesses);
  if (verdict.kind === "refused") {
    const text = JSON.stringify({
      __type: `com.amazon.coral.service#${verdict.code}Exception`,
      Message: verdict.message,
    });
    response.writeHead(400, { "Content-Type": "application/x-amz-json-1.0" }).end(text);
    return;
  }
  const { host } = new URL(origin);
  await relay(await forward({ origin, method, target, headers: { ...headers, host }, body }), response);
}
