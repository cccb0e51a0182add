import type { HttpAnswer, HttpHandler, HttpRequest } from "../../../shared/http/messages.ts";
import { collect } from "../../support/bodies.ts";
import type { Wrap } from "./clients.ts";

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): HttpAnswer => {
  const bytes = JSON.stringify(value);
  return {
    status,
    headers: { "Content-Type": "application/json", "Content-Length": String(bytes.length), ...headers },
    body: { kind: "bytes", bytes },
  };
};

const API_VERSION = { "Docker-Distribution-Api-Version": "registry/2.0" };
const UNAUTHORIZED = { errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] };

/** What came, as a test wants to look at it. */
export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly authorization: string | undefined;
}

export const hearing =
  (heard: Heard[]): Wrap =>
  (handler) =>
  async (request) => {
    const { method, path, query, header } = request;
    heard.push({ method, path, query, authorization: header("authorization") });
    return handler(request);
  };

/** Lets in whoever shows this, and challenges everybody else, but where there is no challenge. */
export const guarded =
  (
    isRight: (authorization: string | undefined, request: HttpRequest) => boolean,
    challenge: (request: HttpRequest) => string | undefined,
  ): Wrap =>
  (handler) =>
  async (request) => {
    if (isRight(request.header("authorization"), request)) return handler(request);
    const wanted = challenge(request);
    const headers = wanted === undefined ? API_VERSION : { ...API_VERSION, "WWW-Authenticate": wanted };
    return json(401, UNAUTHORIZED, headers);
  };

/** A request for a token: by GET with its query, by POST with its form. */
export interface TokenAsk {
  readonly method: string;
  readonly authorization: string | undefined;
  readonly fields: URLSearchParams;
}

/** A token server that answers by what `answer` makes of what it is asked. */
export const tokenServer =
  (asks: TokenAsk[], answer: (ask: TokenAsk, count: number) => HttpAnswer): HttpHandler =>
  async (request) => {
    const text = request.method === "POST" ? (await collect(request.body)).toString() : request.query;
    const ask = {
      method: request.method,
      authorization: request.header("authorization"),
      fields: new URLSearchParams(text),
    };
    asks.push(ask);
    return answer(ask, asks.length);
  };
