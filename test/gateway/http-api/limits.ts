import type { ApiAnswer } from "./answer.ts";

/** Quotas of HTTP APIs and of Lambda that nobody can have raised. */
export const API_LIMITS = {
  /** bytes of the request line and all header lines together */
  head: 10_240,
  /** bytes of a request's body, before any encoding */
  body: 10 * 1024 * 1024,
  /** bytes of the event that a function is invoked with, and of what it returns, as JSON */
  payload: 6 * 1024 * 1024,
  /** milliseconds from the event to the function's answer */
  integration: 30_000,
} as const;

/** What the gateway answers by itself, in its own words: `{"message":"Not Found"}`. */
export type GatewayRefusal = keyof typeof REFUSALS;

const REFUSALS = {
  badRequest: { status: 400, message: "Bad Request" },
  forbidden: { status: 403, message: "Forbidden" },
  notFound: { status: 404, message: "Not Found" },
  lengthRequired: { status: 411, message: "Length Required" },
  tooLarge: { status: 413, message: "Request Entity Too Large" },
  tooManyRequests: { status: 429, message: "Too Many Requests" },
  headTooLarge: { status: 431, message: "Request Header Fields Too Large" },
  functionFailed: { status: 500, message: "Internal Server Error" },
  notImplemented: { status: 501, message: "Not Implemented" },
  unavailable: { status: 503, message: "Service Unavailable" },
} as const;

export function refusal(kind: GatewayRefusal): ApiAnswer {
  const { status, message } = REFUSALS[kind];
  const body = Buffer.from(JSON.stringify({ message }));
  return { status, headers: [["content-type", "application/json"]], body };
}

/** Bytes of the request line and the header lines, as they came. */
export function headBytes(requestLine: string, rawHeaders: readonly string[]): number {
  const lines = rawHeaders.length / 2;
  const text = rawHeaders.reduce((sum, part) => sum + Buffer.byteLength(part, "latin1"), 0);
  // each line has ": " and its end
  return Buffer.byteLength(requestLine) + 2 + text + lines * 4;
}
