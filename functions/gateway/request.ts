import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { HttpRequest } from "../../shared/http/messages.ts";
import { behindEdge } from "./behind-edge.ts";

/** What an HTTP API hands over (payload format 2.0), as far as a registry needs it. */
export type GatewayEvent = Pick<
  APIGatewayProxyEventV2,
  "rawPath" | "rawQueryString" | "cookies" | "headers" | "body" | "isBase64Encoded"
> & { readonly requestContext: { readonly http: { readonly method: string; readonly sourceIp?: string } } };

export interface GatewayRequest extends HttpRequest {
  /** bytes of the body: it is in memory, whole */
  readonly size: number;
}

/**
 * The client's request. Never throws, whatever the event holds: what is wrong with it, the route tells. `edge`: what the edge
 * shows to prove that a request came by it; empty where there is none.
 */
export function requestOf(event: GatewayEvent, edge: string): GatewayRequest {
  const bytes = bodyOf(event);
  const { method, sourceIp } = event.requestContext.http;
  const request: GatewayRequest = {
    method,
    path: escaped(event.rawPath),
    // Never the joined queryStringParameters, which make one of `tag=a&tag=b` and `tag=a,b`.
    query: event.rawQueryString,
    header: (name) => (name === "cookie" ? event.cookies?.join("; ") : event.headers[name]),
    ...(sourceIp !== undefined && { clientAddress: sourceIp }),
    body: { [Symbol.asyncIterator]: () => once(bytes) },
    size: bytes.length,
  };
  return behindEdge(request, edge);
}

/**
 * `rawPath` comes with its escapes resolved, so each `%` in it is one that the client had escaped: it must not be taken
 * for the beginning of an escape again. Half a surrogate pair has no escape and becomes U+FFFD, which is in no name.
 */
const escaped = (path: string): string =>
  encodeURI(path.toWellFormed()).replaceAll("?", "%3F").replaceAll("#", "%23");

const bodyOf = ({ body = "", isBase64Encoded }: GatewayEvent): Uint8Array =>
  Buffer.from(body, isBase64Encoded ? "base64" : "utf8");

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}
