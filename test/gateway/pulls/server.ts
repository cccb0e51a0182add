import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { viewerRequestOf } from "../edge/headers.ts";
import { headersOf, type Proxy, startProxy } from "../rights/proxy.ts";
import { createCache, type Kept } from "./cache.ts";
import { askBucket, type BucketOrigin } from "./origin.ts";
import type { PullPlan } from "./pull-plan.ts";
import { refusalOf } from "./signed-url.ts";

export interface PullServerOptions extends Omit<BucketOrigin, "bucket"> {
  readonly plan: PullPlan;
  readonly host: string;
  /** an empty folder for what is kept */
  readonly folder: string;
  readonly log: (line: string) => void;
}

/** What a request of a viewer came to. */
export interface Pull {
  readonly path: string;
  readonly method: string;
  readonly from: "cache" | "bucket" | "refused";
}

export interface PullServer extends Proxy {
  /** one for each request, in the order of the answers */
  readonly pulls: readonly Pull[];
}

type Headers = Readonly<Record<string, string>>;
type Told = Pull["from"];

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly from: Told;
  readonly send: (response: ServerResponse) => Promise<unknown>;
}

/** Plays the distribution that blobs are pulled from: signatures, cache, ranges, and its function on every answer. */
export async function startPullServer(options: PullServerOptions): Promise<PullServer> {
  const { plan, host, folder, log } = options;
  const bucket = { ...options, bucket: plan.bucket };
  const find = createCache(folder, (path) => askBucket(bucket, "GET", path));
  const pulls: Pull[] = [];
  const started: { endpoint: string } = { endpoint: "" };
  const answerTo = async (message: IncomingMessage, path: string): Promise<Answer> => {
    const { method = "", url = "" } = message;
    if (method !== "GET" && method !== "HEAD") return refused(`no ${method}`);
    const refusal = refusalOf(url, Date.now(), { origin: started.endpoint, keys: plan.keys });
    if (refusal !== undefined) return refused(refusal);
    if (method === "HEAD") return handedOn(await askBucket(bucket, "HEAD", path));
    const found = await find(path);
    if (found.kind === "other") return handedOn(found.answer);
    return answerFrom(found.kept, message.headers, found.kind === "hit" ? "cache" : "bucket");
  };
  const proxy = await startProxy({
    host,
    log,
    handle: async (message, response) => {
      const { method = "", url = "", rawHeaders } = message;
      const path = url.split("?", 1)[0] ?? "";
      const { status, headers, from, send } = await answerTo(message, path);
      pulls.push({ path, method, from });
      const own = { ...headers, "x-cache": `${WORDS[from]} from cloudfront` };
      const told = withFunction(plan, viewerRequestOf(method, url, rawHeaders), status, own);
      response.writeHead(status, told);
      await send(response);
    },
  });
  started.endpoint = proxy.endpoint;
  return { ...proxy, pulls };
}

const WORDS = { cache: "Hit", bucket: "Miss", refused: "Error" } as const;

/** CloudFront runs no function on answers of 400 and more. */
function withFunction(
  { onResponse }: PullPlan,
  request: Parameters<PullPlan["onResponse"]>[0],
  statusCode: number,
  headers: Headers,
): Headers {
  if (statusCode >= 400) return headers;
  const values = Object.entries(headers).map(([name, value]) => [name, { value }] as const);
  const { headers: told } = onResponse(request, { statusCode, headers: Object.fromEntries(values) });
  return Object.fromEntries(Object.entries(told).map(([name, { value }]) => [name, value]));
}

function refused(reason: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${reason}</Code></Error>`;
  const headers = { "content-type": "text/xml", "content-length": String(Buffer.byteLength(body)) };
  return { status: 403, headers, from: "refused", send: async (response) => response.end(body) };
}

const handedOn = (answer: IncomingMessage): Answer => ({
  status: answer.statusCode ?? 502,
  headers: headersOf(answer),
  from: "bucket",
  send: (response) => pipeline(answer, response),
});

function answerFrom(kept: Kept, asked: IncomingMessage["headers"], from: Told): Answer {
  const nothing = async (response: ServerResponse) => response.end();
  const { "content-length": _, ...headers } = kept.headers;
  if (asked["if-none-match"] !== undefined && asked["if-none-match"] === headers["etag"])
    return { status: 304, headers, from, send: nothing };
  const range = rangeOf(asked.range, kept.size);
  if (range === "whole") {
    const whole = { ...headers, "content-length": String(kept.size) };
    return {
      status: 200,
      headers: whole,
      from,
      send: (response) => bytes(kept, [0, kept.size - 1], response),
    };
  }
  if (range === "none") {
    const none = { "content-range": `bytes */${kept.size}`, "content-length": "0" };
    return { status: 416, headers: none, from, send: nothing };
  }
  const [first, last] = range;
  const part = {
    ...headers,
    "content-range": `bytes ${first}-${last}/${kept.size}`,
    "content-length": String(last - first + 1),
  };
  return { status: 206, headers: part, from, send: (response) => bytes(kept, range, response) };
}

const bytes = async (
  { read, size }: Kept,
  [first, last]: readonly [number, number],
  response: ServerResponse,
) => (size === 0 ? response.end() : pipeline(read(first, last), response));

/** One range; several are answered with the whole, as a server may (RFC 9110 § 14.2). */
function rangeOf(header: string | undefined, size: number): readonly [number, number] | "whole" | "none" {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return "whole";
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return first <= last ? [first, last] : "none";
}
