import type { Origin } from "./distribution.ts";
import type { ViewerRequest } from "./edge-function.ts";

/** name, value, name, value …, as Node has what came over the wire */
type RawHeaders = readonly string[];
/** by name in small letters */
type Headers = Record<string, string>;

/** What no hop hands to the next, and what CloudFront takes away ("Request and response behavior for custom origins"). */
const TAKEN = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-forwarded-proto",
  "x-real-ip",
]);

/** Repeated ones joined by commas. */
function joined(raw: RawHeaders): Headers {
  const headers: Headers = {};
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] ?? "").toLowerCase();
    const value = raw[at + 1] ?? "";
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}

/** A request as functions see it: cookies are no header there. */
export function viewerRequestOf(method: string, target: string, raw: RawHeaders): ViewerRequest {
  const [uri = "", query = ""] = splitOnce(target, "?");
  const { cookie = "", ...headers } = joined(raw);
  const pairs = (text: string, separator: RegExp) =>
    Object.fromEntries(
      text.split(separator).flatMap((pair) => {
        const [name = "", value = ""] = splitOnce(pair, "=");
        return name === "" ? [] : [[name, { value }] as const];
      }),
    );
  return {
    method,
    uri,
    querystring: pairs(query, /&/),
    cookies: pairs(cookie, /; */),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { value }])),
  };
}

export interface Hop {
  readonly origin: Origin;
  /** the origin's own name here */
  readonly host: string;
  /** of this request */
  readonly id: string;
  readonly address: string;
}

/** What the origin gets, of everything that the behaviour and its function let through. */
export function onwardHeaders(
  { headers, cookies }: ViewerRequest,
  { origin, host, id, address }: Hop,
): Headers {
  const passed = Object.entries(headers).flatMap(([name, { value }]) =>
    TAKEN.has(name) ? [] : [[name, value] as const],
  );
  const {
    host: _,
    "x-forwarded-for": before,
    via,
    ...rest
  } = Object.fromEntries(passed) as Partial<Headers> & Headers;
  const cookie = Object.entries(cookies).map(([name, { value }]) => `${name}=${value}`);
  return {
    ...rest,
    ...(cookie.length > 0 && { cookie: cookie.join("; ") }),
    "x-forwarded-for": before === undefined ? address : `${before}, ${address}`,
    via: joinedVia(via),
    "x-amz-cf-id": id,
    ...origin.headers,
    host,
  };
}

/** What the client gets of an origin's headers, in the form that Node writes. */
export function answerHeaders(raw: RawHeaders, status: number, id: string): string[] {
  const kept = raw.flatMap((name, at) =>
    at % 2 === 0 && !TAKEN.has(name.toLowerCase()) && name.toLowerCase() !== "via"
      ? [name, raw[at + 1] ?? ""]
      : [],
  );
  return [...kept, ...ownHeaders(joined(raw)["via"], status, id)];
}

export const ownHeaders = (via: string | undefined, status: number, id: string): string[] => {
  const cache = status < 400 ? "Miss from cloudfront" : "Error from cloudfront";
  return ["via", joinedVia(via), "x-cache", cache, "x-amz-cf-id", id];
};

const joinedVia = (before: string | undefined): string =>
  [...(before === undefined ? [] : [before]), "1.1 local.cloudfront.net (CloudFront)"].join(", ");

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
