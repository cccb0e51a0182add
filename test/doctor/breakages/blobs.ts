import type { HttpAnswer, HttpRequest } from "../../../shared/http/messages.ts";
import {
  answering,
  asking,
  type Breakage,
  corrupted,
  sizeOf,
  turning,
  withHeader,
  withoutHeader,
} from "../support/breaking.ts";
import { type Breaks, LIMIT } from "../support/patient.ts";

const BLOB = /\/blobs\/sha256:/;

const withoutRange = (request: HttpRequest): HttpRequest => ({
  ...request,
  header: (name) => (name === "range" ? undefined : request.header(name)),
});
const ranged = (pattern: RegExp) => (request: HttpRequest) => pattern.test(request.header("range") ?? "");

async function* halfOf(answer: HttpAnswer): AsyncGenerator<Uint8Array> {
  if (answer.body.kind !== "stream") return;
  let left = sizeOf(answer) / 2;
  for await (const chunk of answer.body.body) {
    if (left <= 0) return;
    yield chunk;
    left -= chunk.length;
  }
}

/** Keeps that a blob was not found when it was first looked for. */
const cachingErrors: Breaks = (handler) => {
  const kept = new Map<string, HttpAnswer>();
  return async (request) => {
    const found = request.method === "HEAD" ? kept.get(request.path) : undefined;
    if (found !== undefined) return found;
    const answer = await handler(request);
    if (answer.status === 404 && BLOB.test(request.path)) kept.set(request.path, answer);
    return answer;
  };
};

export const BLOB_BREAKAGES: readonly Breakage[] = [
  {
    check: "blob.pull",
    by: "a byte that changes on the way",
    breaks: answering({ method: "GET", path: BLOB }, (answer) =>
      answer.status === 200 && sizeOf(answer) < LIMIT ? corrupted(answer) : answer,
    ),
    problem: /sent other bytes than push\.image brought/,
    cure: /come from S3/,
  },
  {
    check: "blob.fresh",
    by: "a cache that keeps errors",
    breaks: cachingErrors,
    problem: /^HEAD .* still answers 404 after the push$/,
    cure: /custom error responses/,
  },
  {
    check: "blob.length",
    by: "a gateway that computes the length from a body that is not there",
    breaks: answering({ method: "HEAD", path: BLOB }, (answer) => withHeader(answer, "Content-Length", "0")),
    problem: /^HEAD .* says Content-Length 0; GET sends 100000 bytes$/,
    cure: /HeadBlob=redirect .*headBlob/,
  },
  {
    check: "blob.digest",
    by: "a proxy that drops the header",
    breaks: answering({ method: "HEAD", path: BLOB }, (answer) =>
      withoutHeader(answer, "Docker-Content-Digest"),
    ),
    problem: /^HEAD .* says nothing, not sha256:/,
    cure: /pass the header Docker-Content-Digest/,
  },
  {
    check: "blob.range",
    by: "a proxy in front of the bucket that drops Range",
    bucket: { breaks: asking({ when: ranged(/^bytes=\d+-\d+$/) }, withoutRange) },
    problem: /with Range: bytes=1000-1999 answered 200 with 100000 bytes, not 206/,
    cure: /Range and the status 206 pass .*of S3/,
  },
  {
    check: "blob.resume",
    by: "a proxy in front of the bucket that drops Range",
    bucket: { breaks: asking({ when: ranged(/^bytes=\d+-$/) }, withoutRange) },
    problem: /with Range: bytes=60000- answered 200 with 100000 bytes, not 206/,
    cure: /docker begins again without it/,
  },
  {
    check: "blob.large",
    by: "a connection that is cut half-way",
    breaks: answering({ method: "GET", path: BLOB }, (answer) =>
      sizeOf(answer) >= LIMIT ? { ...answer, body: { kind: "stream", body: halfOf(answer) } } : answer,
    ),
    problem: /got no whole answer: (?:ECONNRESET|aborted)/,
    cure: /proxy_read_timeout/,
  },
];

export const REDIRECT_BREAKAGES: readonly Breakage[] = [
  {
    check: "redirect.status",
    by: "a proxy that makes it permanent",
    bucket: {},
    breaks: answering({ path: BLOB }, turning(307, 308)),
    problem: /answered 308, not 307/,
    cure: /a permanent redirect is remembered/,
  },
  {
    check: "redirect.host",
    by: "a bucket under the registry's own name",
    bucket: { host: "127.0.0.1" },
    problem: /redirects to 127\.0\.0\.1:\d+$/,
    cure: /neither the registry's nor below it/,
  },
  {
    check: "redirect.expiry",
    by: "a URL that lives a week",
    bucket: { query: "?X-Amz-Expires=604800&X-Amz-Signature=right" },
    problem: /lives 604800 seconds, not 900 at most/,
    cure: /at most 900 seconds/,
  },
  {
    check: "redirect.expiry",
    by: "a URL of CloudFront's that lives until 2286",
    bucket: { query: "?Expires=9999999999&X-Amz-Signature=right" },
    problem: /lives \d{10} seconds, not 900 at most/,
    cure: /at most 900 seconds/,
  },
  {
    check: "redirect.expiry",
    by: "a URL that lives for ever",
    bucket: { query: "?X-Amz-Signature=right" },
    problem: /does not say when it expires/,
    cure: /at most 900 seconds/,
  },
  {
    check: "redirect.signature",
    by: "a bucket that everyone may read",
    bucket: { isPublic: true },
    problem: /without its query answered 200: everyone can read it/,
    cure: /Block Public Access/,
  },
];
