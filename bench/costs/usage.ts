import type { FunctionName } from "../../infra/functions.ts";
import { type Call, S3_CLASSES, sequentialCalls } from "../../test/costs/counting/recorder.ts";
import type { Asked, Counted } from "../../test/costs/support/counted-registry.ts";
import type { CountedToken } from "../../test/costs/support/tokens.ts";
import { ASSUMED } from "./assumptions.ts";
import { handlerMilliseconds, memoryOf, type PaidFunction } from "./handler.ts";
import type { PriceName } from "./prices.ts";

/** Quantities by what they are paid with; what is missing is none. */
export type Usage = Readonly<Partial<Record<PriceName, number>>>;

/** API Gateway meters an HTTP API in steps of so many bytes (pricing page: "in 512 KB increments"). */
const METERED_BYTES = 512 * 1024;
export const GIB = 1024 ** 3;

export const sum = (...usages: readonly Usage[]): Usage => {
  const total: Partial<Record<PriceName, number>> = {};
  for (const usage of usages) {
    for (const [name, quantity] of Object.entries(usage) as [PriceName, number][]) {
      total[name] = (total[name] ?? 0) + quantity;
    }
  }
  return total;
};

export const times = (count: number, usage: Usage): Usage =>
  Object.fromEntries(Object.entries(usage).map(([name, quantity]) => [name, quantity * count]));

/** What requests of clients use, but for what is stored and what a client gets from S3. */
export const usageOf = (requests: readonly Counted[]): Usage => sum(...requests.map(usageOfRequest));

function usageOfRequest({ asked, answer, calls }: Counted): Usage {
  const name = functionOf(asked);
  const sent = asked.body?.length ?? 0;
  // HEAD's body is for the gateway, which keeps it.
  const { body } = answer;
  const answered = body.kind === "bytes" && asked.method !== "HEAD" ? Buffer.byteLength(body.bytes) : 0;
  return sum(usageOfCalls(calls), {
    // The client's own GET of what it was sent to.
    s3Gets: answer.status === 307 ? 1 : 0,
    apiRequests: Math.max(1, Math.ceil(Math.max(sent, answered) / METERED_BYTES)),
    lambdaRequests: 1,
    lambdaSeconds: gigabyteSeconds(name, millisecondsOf(name, calls, sent)),
    logs: ASSUMED.logBytes / GIB,
    internet: (answered + ASSUMED.headerBytes) / GIB,
  });
}

/** What a request for a token uses: the wait for each signature is the function's time. */
export function usageOfToken({ request: { asked, answer, calls }, signatures }: CountedToken): Usage {
  const milliseconds =
    millisecondsOf("token", calls, asked.body?.length ?? 0) + signatures * ASSUMED.signature;
  const answered = answer.body.kind === "bytes" ? Buffer.byteLength(answer.body.bytes) : 0;
  return sum(usageOfCalls(calls), {
    kmsRequests: signatures,
    apiRequests: 1,
    lambdaRequests: 1,
    lambdaSeconds: gigabyteSeconds("token", milliseconds),
    logs: ASSUMED.logBytes / GIB,
    internet: (answered + ASSUMED.headerBytes) / GIB,
  });
}

export function usageOfCalls(calls: readonly Call[]): Usage {
  const inClass = (wanted: "put" | "get"): number =>
    calls.filter((call) => call.service === "S3" && S3_CLASSES[call.operation] === wanted).length;
  return {
    readUnits: calls.reduce((units, call) => units + call.readUnits, 0),
    writeUnits: calls.reduce((units, call) => units + call.writeUnits, 0),
    s3Puts: inClass("put"),
    s3Gets: inClass("get"),
  };
}

/** The handler as it was measured; assumed are the waits for each other, and the bytes that pass, `sent` by the client. */
export function millisecondsOf(name: PaidFunction, calls: readonly Call[], sent: number): number {
  const waited = sequentialCalls(calls).reduce((total, call) => total + ASSUMED.calls[call.operation], 0);
  const bytes = calls.reduce((total, call) => total + call.stored, sent);
  return handlerMilliseconds(name) + waited + bytes / ASSUMED.bytesPerMillisecond;
}

export function gigabyteSeconds(name: PaidFunction, milliseconds: number): number {
  const billed = milliseconds + ASSUMED.coldShare * ASSUMED.coldStart;
  return (memoryOf(name) / 1024) * (billed / 1000);
}

/** Which function serves a request: infra/routes.ts, for names of up to eight components. */
export function functionOf({ method, target }: Asked): FunctionName {
  const reads = method === "GET" || method === "HEAD";
  if (target === "/v2/") return "base";
  if (target.includes("/blobs/uploads/")) return "uploads";
  if (!reads) return "push";
  if (target.includes("/manifests/")) return "manifests";
  if (target.includes("/referrers/")) return "referrers";
  return target.includes("/blobs/") ? "blobs" : "tags";
}
