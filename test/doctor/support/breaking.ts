import type { HttpAnswer, HttpRequest } from "../../../shared/http/messages.ts";
import { bodyOf, collect } from "../../support/bodies.ts";
import type { Breaks, PatientOptions } from "./patient.ts";

/** One thing that goes wrong on purpose, and what the doctor has to say of it. */
export interface Breakage extends PatientOptions {
  /** the check that goes red, alone */
  readonly check: string;
  /** what is broken, to follow the check's name */
  readonly by: string;
  readonly problem: RegExp;
  /** checks that can't look any more, by their ids */
  readonly blocks?: RegExp;
  readonly cure: RegExp;
}

/** Which requests: each part that is given must hold. */
export interface Which {
  readonly method?: string;
  readonly path?: RegExp;
  readonly query?: RegExp;
  readonly when?: (request: HttpRequest) => boolean;
}

const isOf = ({ method, path, query, when }: Which, request: HttpRequest): boolean =>
  (method === undefined || method.split("|").includes(request.method)) &&
  (path === undefined || path.test(request.path)) &&
  (query === undefined || query.test(request.query)) &&
  (when === undefined || when(request));

/** Another answer than the registry gave. */
export const answering =
  (
    which: Which,
    change: (answer: HttpAnswer, request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>,
  ): Breaks =>
  (handler) =>
  async (request) => {
    const answer = await handler(request);
    return isOf(which, request) ? change(answer, request) : answer;
  };

/** An answer without asking the registry. */
export const refusing =
  (which: Which, answer: HttpAnswer): Breaks =>
  (handler) =>
  async (request) =>
    isOf(which, request) ? answer : handler(request);

/** Another request than the client made. */
export const asking =
  (which: Which, change: (request: HttpRequest) => HttpRequest): Breaks =>
  (handler) =>
  async (request) =>
    handler(isOf(which, request) ? change(request) : request);

/** A body of unknown length that turns out to be such a long one is refused. */
export const refusingStreams =
  (isRefused: (bytes: number) => boolean, answer: HttpAnswer): Breaks =>
  (handler) =>
  async (request) => {
    if (request.method !== "PATCH" || !isChunked(request)) return handler(request);
    const body = await collect(request.body);
    return isRefused(body.length) ? answer : handler({ ...request, body: bodyOf(body) });
  };

export const isChunked = ({ header }: HttpRequest): boolean => header("transfer-encoding") === "chunked";
/** Content-Length; 0 where there is none */
export const lengthOf = ({ header }: HttpRequest): number => Number(header("content-length") ?? 0);
/** Where the chunk begins that Content-Range speaks of. */
export const firstOf = ({ header }: HttpRequest): number =>
  Number.parseInt(header("content-range") ?? "0", 10);
export const isPlaced = ({ header }: HttpRequest): boolean => header("content-range") !== undefined;

/** Content-Length of an answer; 0 where there is none */
export const sizeOf = ({ headers }: HttpAnswer): number => Number(headers["Content-Length"] ?? 0);
export const withoutQuery = (request: HttpRequest): HttpRequest => ({ ...request, query: "" });

/** In the words of a gateway that answers by itself. */
export const gatewaySays = (status: number, message: string): HttpAnswer => {
  const bytes = JSON.stringify({ message });
  return {
    status,
    headers: { "Content-Type": "application/json", "Content-Length": String(bytes.length) },
    body: { kind: "bytes", bytes },
  };
};

export const NOT_FOUND = gatewaySays(404, "Not Found");
export const TOO_LARGE = gatewaySays(413, "Request Entity Too Large");
export const NOT_ALLOWED = gatewaySays(405, "Method Not Allowed");
export const ACCEPTED: HttpAnswer = {
  status: 202,
  headers: { "Content-Length": "0" },
  body: { kind: "empty" },
};

export const withHeader = (answer: HttpAnswer, name: string, value: string): HttpAnswer => ({
  ...answer,
  headers: { ...answer.headers, [name]: value },
});

export function withoutHeader(answer: HttpAnswer, name: string): HttpAnswer {
  const { [name]: _gone, ...headers } = answer.headers;
  return { ...answer, headers };
}

/** Another status, where it is that one. */
export const turning =
  (from: number, to: number) =>
  (answer: HttpAnswer): HttpAnswer =>
    answer.status === from ? { ...answer, status: to } : answer;

/** Other JSON than the answer held. */
export function withJson(
  answer: HttpAnswer,
  change: (value: Record<string, unknown>) => unknown,
): HttpAnswer {
  if (answer.body.kind !== "bytes") return answer;
  const bytes = JSON.stringify(change(JSON.parse(Buffer.from(answer.body.bytes).toString())));
  return {
    ...withHeader(answer, "Content-Length", String(Buffer.byteLength(bytes))),
    body: { kind: "bytes", bytes },
  };
}

/** The same length, one bit of it wrong. */
export async function corrupted(answer: HttpAnswer): Promise<HttpAnswer> {
  if (answer.body.kind === "empty") return answer;
  const whole = Buffer.from(
    answer.body.kind === "bytes" ? answer.body.bytes : await collect(answer.body.body),
  );
  const at = whole.length >> 1;
  whole[at] = (whole[at] ?? 0) ^ 1;
  return { ...answer, body: { kind: "bytes", bytes: whole } };
}
