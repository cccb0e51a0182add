import type { HttpAnswer } from "../../../shared/http/messages.ts";
import {
  answering,
  asking,
  type Breakage,
  corrupted,
  gatewaySays,
  isChunked,
  lengthOf,
  refusing,
  sizeOf,
  TOO_LARGE,
  turning,
  withHeader,
  withoutHeader,
} from "../support/breaking.ts";
import { type Breaks, LIMIT } from "../support/patient.ts";

const MANIFEST = /\/manifests\//;
const BY_DIGEST = /\/manifests\/sha256:/;
const BY_TAG = /\/manifests\/(?!sha256)/;

/** Keeps what a tag named when it was first asked for. */
const cachingTags: Breaks = (handler) => {
  const kept = new Map<string, HttpAnswer>();
  return async (request) => {
    const answer = await handler(request);
    if (request.method !== "GET" || !BY_TAG.test(request.path) || answer.status !== 200) return answer;
    const found = kept.get(request.path) ?? answer;
    kept.set(request.path, found);
    return found;
  };
};

export const MANIFEST_BREAKAGES: readonly Breakage[] = [
  {
    check: "manifest.push",
    by: "another status than 201",
    breaks: answering({ method: "PUT", path: MANIFEST }, turning(201, 200)),
    problem: /^PUT .*manifests\/push answered 200, not 201$/,
    cure: /its status 201 and Location/,
  },
  {
    check: "manifest.chunked",
    by: "a gateway that wants a length",
    breaks: refusing({ method: "PUT", path: MANIFEST, when: isChunked }, gatewaySays(411, "Length Required")),
    problem: /^PUT .* answered 411/,
    cure: /Transfer-Encoding: chunked/,
  },
  {
    check: "manifest.pull",
    by: "a byte that changes on the way",
    breaks: answering({ method: "GET", path: BY_DIGEST }, (answer) =>
      answer.status === 200 && sizeOf(answer) < LIMIT ? corrupted(answer) : answer,
    ),
    problem: /answered other bytes than were pushed/,
    cure: /rewriting bodies/,
  },
  {
    check: "manifest.length",
    by: "a gateway that computes the length from a body that is not there",
    breaks: answering({ method: "HEAD", path: MANIFEST }, (answer) =>
      withHeader(answer, "Content-Length", "0"),
    ),
    problem: /^HEAD .* says Content-Length 0; GET sends \d+ bytes$/,
    cure: /--parameters HeadBody=none .*HeadBody=as-get.*headBody/,
  },
  {
    check: "manifest.length",
    by: "a gateway that renames the length",
    breaks: answering({ method: "HEAD", path: MANIFEST }, (answer) =>
      withHeader(
        withHeader(answer, "x-amzn-remapped-content-length", String(sizeOf(answer))),
        "Content-Length",
        "0",
      ),
    ),
    problem: /Content-Length 0, and x-amzn-remapped-content-length \d+; GET sends/,
    cure: /HeadBody=none/,
  },
  {
    check: "manifest.type",
    by: "a proxy that says application/json",
    breaks: answering({ method: "HEAD", path: MANIFEST }, (answer) =>
      withHeader(answer, "Content-Type", "application/json"),
    ),
    problem: /^HEAD .* says application\/json, not application\/vnd\.oci/,
    cure: /changing Content-Type/,
  },
  {
    check: "manifest.digest",
    by: "a proxy that drops the header",
    breaks: answering({ method: "GET|HEAD", path: BY_TAG }, (answer) =>
      withoutHeader(answer, "Docker-Content-Digest"),
    ),
    problem: /says nothing, not sha256:/,
    cure: /pass the header Docker-Content-Digest/,
  },
  {
    check: "manifest.size",
    by: "a limit on bodies",
    breaks: refusing(
      { method: "PUT", path: MANIFEST, when: (request) => lengthOf(request) > LIMIT },
      TOO_LARGE,
    ),
    problem: /^PUT .* answered 413/,
    cure: /bodies and answers of 4 MB/,
  },
  {
    check: "manifest.fresh",
    by: "a cache in front",
    breaks: cachingTags,
    problem: /still answers what the tag named before/,
    cure: /cache by digest only/,
  },
  {
    check: "manifest.tags",
    by: "a proxy that keeps one parameter of a name",
    breaks: asking({ method: "PUT", query: /tag=.*&tag=/ }, (request) => ({
      ...request,
      query: request.query.replace(/^.*&/, ""),
    })),
    problem: /^HEAD .*many-1 answered 404, not 200$/,
    cure: /a name that occurs twice too/,
  },
];
