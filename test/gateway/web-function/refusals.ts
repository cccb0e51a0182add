import type { IncomingMessage } from "node:http";
import { WEB_LIMITS } from "./limits.ts";

/**
 * What a Web Function's endpoint answers by itself: the statuses are AWS's ("HTTP requests and responses"; 417, 502 and 504
 * from "Troubleshooting"), the texts ours.
 */
export const WEB_REFUSALS = {
  version: { status: 505, message: "only HTTP/1.1 is spoken here" },
  method: { status: 400, message: "the method is not supported" },
  noHost: { status: 400, message: "there is no Host" },
  host: { status: 404, message: "no endpoint has this Host" },
  expectation: { status: 417, message: "Expect is not supported" },
  crashed: { status: 502, message: "the program ended, or closed the connection" },
  late: { status: 504, message: "the request took longer than it may" },
} as const;
export type WebRefusal = keyof typeof WEB_REFUSALS;

/** Why a request does not reach the program. `host`: the endpoint's. */
export function refusalOf(request: IncomingMessage, host: string): WebRefusal | undefined {
  const { httpVersion, method = "", headers } = request;
  if (httpVersion !== "1.1") return "version";
  if (!WEB_LIMITS.methods.some((known) => known === method)) return "method";
  if (headers.host === undefined) return "noHost";
  if (headers.host !== host) return "host";
  return headers.expect === undefined ? undefined : "expectation";
}
