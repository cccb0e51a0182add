import type { Context } from "aws-lambda";
import type { GatewayHandler } from "../../../functions/gateway/serve.ts";
import type { Telemetry } from "../../../functions/telemetry/telemetry.ts";
import type { AuditEvent } from "../../../shared/audit/event.ts";
import { answerOf } from "../../gateway/http-api/answer.ts";
import { eventOf } from "../../gateway/http-api/event.ts";

/** What a function has told of itself. */
export interface Told {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: unknown }[];
  readonly audited: AuditEvent[];
  readonly counts: unknown[];
}

/** Keeps what a function tells. */
export function listen(): { readonly told: Told; readonly telemetry: Telemetry } {
  const told: Told = { lines: [], audited: [], counts: [] };
  const at =
    (level: string) =>
    (message: unknown, ...[fields]: readonly unknown[]) =>
      void told.lines.push({ level, message: String(message), fields });
  const telemetry: Telemetry = {
    log: {
      addContext: () => {},
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      audit: (event) => void told.audited.push(event),
    },
    count: (counts) => void told.counts.push(counts),
    watch: (client) => client,
    record: (_name, work) => work(() => {}),
  };
  return { told, telemetry };
}

/** An invocation that has `left` milliseconds. */
export const contextWith = (left = () => 29_000): Context =>
  ({ awsRequestId: "invocation-1", getRemainingTimeInMillis: left }) as Context;

/**
 * `fetch` by way of an event of payload format 2.0, as the gateway makes it of a request, and of the result that the
 * function makes of it.
 */
export const throughEvents = (handler: GatewayHandler, context: Context = contextWith()) => ({
  fetch: async (target: string, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(new URL(target, "http://berth.invalid"), init);
    const body = new Uint8Array(await request.arrayBuffer());
    const event = eventOf(
      {
        method: request.method,
        target,
        headers: [...request.headers, ["content-length", String(body.length)]],
        body,
        sourceIp: "192.0.2.1",
        protocol: "https",
        port: 443,
      },
      {
        accountId: "123456789012",
        apiId: "api-id",
        routeKey: "$default",
        pathParameters: undefined,
        stageVariables: undefined,
        requestId: "id",
        traceId: "Root=1-5e6b4a90-example",
        time: Date.UTC(2026, 0, 1),
      },
    );
    return responseOf(JSON.stringify(await handler(event, context)));
  },
});

function responseOf(result: string): Response {
  const answer = answerOf(result);
  if (answer === undefined) throw new Error(`the gateway takes no such result: ${result.slice(0, 300)}`);
  const { status, headers, body } = answer;
  return new Response(body.length > 0 ? Buffer.from(body) : null, {
    status,
    headers: headers.map(([name, value]) => [name, value]),
  });
}
