import { type Context, createContext, runInContext } from "node:vm";

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

/** What a function on answers gets and gives back. */
export interface ViewerResponse {
  readonly statusCode: number;
  /** by name in small letters */
  readonly headers: Readonly<Record<string, Value>>;
}
export type ResponseFunction = (request: ViewerRequest, response: ViewerResponse) => ViewerResponse;

/** `ip`: where the viewer is; an address of the documentation where it is not given */
export type EdgeFunction = (request: ViewerRequest, ip?: string) => Routed | Answered;

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
  if (!IMPORT.test(code)) throw new Error("the function does not begin with the import of its helpers");
  const chosen: { origin?: string } = {};
  const selectRequestOriginById = (id: string): void => {
    if (!origins.includes(id)) throw new Error(`the distribution has no origin ${id}`);
    chosen.origin = id;
  };
  const context = load(code, { cf: { selectRequestOriginById } });
  return (request, ip = "192.0.2.7") => {
    delete chosen.origin;
    const { method } = request;
    const result = call(context, "viewer-request", { request, viewer: { ip } }) as
      | ViewerRequest
      | GeneratedResponse;
    if ("statusCode" in result) {
      return { kind: "answered", status: result.statusCode, headers: result.headers, body: result.body.data };
    }
    if (result.method !== method) throw new Error("the function changes the method");
    return { kind: "passed", request: result, origin: chosen.origin };
  };
}

/** As above, of a function on answers, which needs no helpers. */
export function loadResponseFunction(code: string): ResponseFunction {
  const context = load(code, {});
  return (request, response) => call(context, "viewer-response", { request, response }) as ViewerResponse;
}

function load(code: string, helpers: object): Context {
  if (Buffer.byteLength(code) > LARGEST) throw new Error(`the function has more than ${LARGEST} bytes`);
  const context = createContext(helpers, { codeGeneration: { strings: false } });
  runInContext(code.replace(IMPORT, ""), context);
  return context;
}

function call(context: Context, eventType: string, about: object): unknown {
  const event = JSON.stringify({ version: "1.0", context: { eventType }, viewer: {}, ...about });
  return JSON.parse(String(runInContext(`JSON.stringify(handler(${event}))`, context)));
}
