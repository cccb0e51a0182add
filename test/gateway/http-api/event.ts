import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { decoded } from "./route-table.ts";

export interface ApiRequest {
  readonly method: string;
  /** path and query as the client escaped them */
  readonly target: string;
  /** as it came: names in any case, repeated ones in their order */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  readonly sourceIp: string;
  /** "http" or "https", and the port that the client connected to */
  readonly protocol: string;
  readonly port: number;
}

/** What the gateway knows beside the request. */
export interface ApiContext {
  readonly accountId: string;
  readonly apiId: string;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
  readonly stageVariables: Readonly<Record<string, string>> | undefined;
  readonly requestId: string;
  readonly traceId: string;
  /** milliseconds since 1970 */
  readonly time: number;
}

/** Headers between one hop and the next never reach a function. */
const HOP_BY_HOP = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The event of payload format 2.0 that a function is invoked with (Developer Guide: "Create AWS Lambda proxy
 * integrations for HTTP APIs"). The stage is `$default`, so that its name is not part of the path.
 */
export function eventOf(request: ApiRequest, context: ApiContext): APIGatewayProxyEventV2 {
  const [path = "", rawQueryString = ""] = splitOnce(request.target, "?");
  const { cookies, headers } = headersOf(request, context);
  const domainName = headers["host"] ?? "";
  const rawPath = decoded(path);
  const query = queryOf(rawQueryString);
  const { pathParameters, stageVariables } = context;
  return {
    version: "2.0",
    routeKey: context.routeKey,
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(query && { queryStringParameters: query }),
    requestContext: {
      accountId: context.accountId,
      apiId: context.apiId,
      domainName,
      domainPrefix: domainName.split(".")[0] ?? "",
      http: {
        method: request.method,
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: request.sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: context.requestId,
      routeKey: context.routeKey,
      stage: "$default",
      time: commonLogTime(context.time),
      timeEpoch: context.time,
    },
    ...bodyOf(request.body, headers["content-type"]),
    ...(pathParameters && { pathParameters }),
    ...(stageVariables && { stageVariables }),
  };
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Names in lower case, repeated headers joined by commas; cookies apart. */
function headersOf(
  request: ApiRequest,
  { traceId }: ApiContext,
): { readonly cookies: string[]; readonly headers: Record<string, string> } {
  const joined = new Map<string, string>();
  for (const [name, value] of request.headers) {
    const key = name.toLowerCase();
    const before = joined.get(key);
    joined.set(key, before === undefined ? value : `${before},${value}`);
  }
  const cookies = (joined.get("cookie") ?? "").split(/[;,] */).filter((cookie) => cookie !== "");
  for (const name of [...HOP_BY_HOP, "cookie"]) joined.delete(name);
  const forwardedFor = joined.get("x-forwarded-for");
  const added = {
    "content-length": String(request.body.length),
    "x-amzn-trace-id": traceId,
    "x-forwarded-for": forwardedFor === undefined ? request.sourceIp : `${forwardedFor}, ${request.sourceIp}`,
    "x-forwarded-port": String(request.port),
    "x-forwarded-proto": request.protocol,
  };
  const headers = { ...Object.fromEntries(joined), ...added };
  return { cookies, headers: withContentType(headers, joined.get("content-length")) };
}

/** "API Gateway adds the Content-Type header if there is no payload and Content-Length is 0" (important notes). */
function withContentType(
  headers: Record<string, string>,
  length: string | undefined,
): Record<string, string> {
  if (length !== "0" || headers["content-type"] !== undefined) return headers;
  return { ...headers, "content-type": "application/octet-stream" };
}

/** Repeated parameters are joined by commas, values decoded. */
function queryOf(raw: string): Record<string, string> | undefined {
  if (raw === "") return undefined;
  const joined: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(raw)) {
    const before = joined[name];
    joined[name] = before === undefined ? value : `${before},${value}`;
  }
  return joined;
}

/**
 * The documents do not say which types count as text. Observed on the service (ministackorg/ministack#766): these; all
 * others, and a missing type, come as base64.
 */
const TEXT = /^(?:text\/[^;]*|application\/(?:json|xml|javascript))\s*(?:;|$)/i;

function bodyOf(
  body: Uint8Array,
  type: string | undefined,
): Pick<APIGatewayProxyEventV2, "body" | "isBase64Encoded"> {
  if (body.length === 0) return { isBase64Encoded: false };
  const isText = TEXT.test(type ?? "");
  return { body: Buffer.from(body).toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** 12/Mar/2020:19:03:58 +0000 */
function commonLogTime(milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString();
  const month = MONTHS[Number(iso.slice(5, 7)) - 1];
  return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
