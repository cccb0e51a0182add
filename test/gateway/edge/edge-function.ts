import { createContext, runInContext } from "node:vm";

interface Value {
  readonly value: string;
}

/** What a function gets and gives back (Developer Guide: "CloudFront Functions event structure"). */
export interface ViewerRequest {
  readonly method: string;
  /** without the query */
  readonly uri: string;
  readonly querystring: Readonly<Record<string, Value>>;
  /** by name in small letters */
  readonly headers: Readonly<Record<string, Value>>;
  readonly cookies: Readonly<Record<string, Value>>;
}

export interface Routed {
  readonly kind: "passed";
  readonly request: ViewerRequest;
  /** where the function chose one instead of the behaviour's */
  readonly origin: string | undefined;
}
/** The function's own answer: the request goes nowhere. */
export interface Answered {
  readonly kind: "answered";
  readonly status: number;
  readonly headers: Readonly<Record<string, Value>>;
  readonly body: string;
}

export type EdgeFunction = (request: ViewerRequest) => Routed | Answered;

/** As a function writes it, as far as it is used. */
interface GeneratedResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, Value>>;
  readonly body: { readonly data: string };
}

/** bytes; CloudFront takes no larger one */
const LARGEST = 10 * 1024;
const IMPORT = /^import cf from ["']cloudfront["'];\n/;

/**
 * A function's text as CloudFront runs it: by itself, with the helpers that it imports. Throws where CloudFront would refuse
 * it; a call throws where the function does, chooses an origin that is not in `origins`, or changes the method.
 */
export function loadEdgeFunction(code: string, origins: readonly string[]): EdgeFunction {
  if (Buffer.byteLength(code) > LARGEST) throw new Error(`the function has more than ${LARGEST} bytes`);
  if (!IMPORT.test(code)) throw new Error("the function does not begin with the import of its helpers");
  const chosen: { origin?: string } = {};
  const selectRequestOriginById = (id: string): void => {
    if (!origins.includes(id)) throw new Error(`the distribution has no origin ${id}`);
    chosen.origin = id;
  };
  const context = createContext({ cf: { selectRequestOriginById } }, { codeGeneration: { strings: false } });
  runInContext(code.replace(IMPORT, ""), context);
  return (request) => {
    delete chosen.origin;
    const { method } = request;
    const event = JSON.stringify({
      version: "1.0",
      context: { eventType: "viewer-request" },
      viewer: {},
      request,
    });
    const text: unknown = runInContext(`JSON.stringify(handler(${event}))`, context);
    const result = JSON.parse(String(text)) as ViewerRequest | GeneratedResponse;
    if ("statusCode" in result) {
      return { kind: "answered", status: result.statusCode, headers: result.headers, body: result.body.data };
    }
    if (result.method !== method) throw new Error("the function changes the method");
    return { kind: "passed", request: result, origin: chosen.origin };
  };
}
