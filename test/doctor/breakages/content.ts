import type { HttpAnswer, HttpRequest } from "../../../shared/http/messages.ts";
import {
  ACCEPTED,
  answering,
  asking,
  type Breakage,
  corrupted,
  gatewaySays,
  isChunked,
  lengthOf,
  NOT_ALLOWED,
  NOT_FOUND,
  refusing,
  TOO_LARGE,
  turning,
  withHeader,
  withJson,
  withoutHeader,
} from "../support/breaking.ts";
import { type Breaks, LIMIT } from "../support/patient.ts";

const MANIFEST = /\/manifests\//;
const BY_DIGEST = /\/manifests\/sha256:/;
const BY_TAG = /\/manifests\/(?!sha256)/;
const BLOB = /\/blobs\/sha256:/;
const TAGS = /\/tags\/list$/;
const REFERRERS = /\/referrers\//;

const sizeOf = ({ headers }: HttpAnswer): number => Number(headers["Content-Length"] ?? 0);
const withoutQuery = (request: HttpRequest): HttpRequest => ({ ...request, query: "" });
const withoutRange = (request: HttpRequest): HttpRequest => ({
  ...request,
  header: (name) => (name === "range" ? undefined : request.header(name)),
});
const ranged = (pattern: RegExp) => (request: HttpRequest) => pattern.test(request.header("range") ?? "");

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

async function* halfOf(answer: HttpAnswer): AsyncGenerator<Uint8Array> {
  if (answer.body.kind !== "stream") return;
  let left = sizeOf(answer) / 2;
  for await (const chunk of answer.body.body) {
    if (left <= 0) return;
    yield chunk;
    left -= chunk.length;
  }
}

/** Answers the first such DELETE, and does nothing; or all but the first. */
const deleting =
  (path: RegExp, which: "first" | "later", answer: HttpAnswer): Breaks =>
  (handler) => {
    let count = 0;
    return async (request) => {
      if (request.method !== "DELETE" || !path.test(request.path)) return handler(request);
      count += 1;
      return (count === 1) === (which === "first") ? answer : handler(request);
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
    check: "blob.length",
    by: "a gateway that computes the length from a body that is not there",
    breaks: answering({ method: "HEAD", path: BLOB }, (answer) => withHeader(answer, "Content-Length", "0")),
    problem: /^HEAD .* says Content-Length 0; GET sends 100000 bytes$/,
    cure: /headBody does not help/,
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

export const LIST_BREAKAGES: readonly Breakage[] = [
  {
    check: "tags.order",
    by: "a list in the order of a dictionary",
    breaks: answering({ path: TAGS, query: /^$/ }, (answer) =>
      withJson(answer, ({ tags, ...rest }) => ({
        ...rest,
        tags: (tags as string[]).toSorted((a, b) => a.toLowerCase().localeCompare(b.toLowerCase())),
      })),
    ),
    problem: /^the tags are .*, not 1\.10, 1\.9, B, Z, _, a, aa, b$/,
    cure: /something on the way makes lists of its own/,
  },
  {
    check: "tags.paging",
    by: "a proxy that drops Link",
    breaks: answering({ path: TAGS }, (answer) => withoutHeader(answer, "Link")),
    problem: /^the tags are 1\.10, 1\.9, B, not /,
    cure: /the header Link/,
  },
  {
    check: "tags.paging",
    by: "a proxy that drops `last`, so that Link leads in a circle",
    breaks: asking({ path: TAGS, query: /last=/ }, (request) => ({ ...request, query: "n=3" })),
    problem: /goes on by Link for ever/,
    cure: /the query \(\?n=…&last=…\)/,
  },
  {
    check: "catalog.list",
    by: "no route for it",
    breaks: refusing({ path: /_catalog$/ }, NOT_FOUND),
    problem: /^GET \/v2\/_catalog answered 404/,
    cure: /route \/v2\/_catalog to Berth/,
  },
  {
    check: "referrers.list",
    by: "a list without annotations",
    breaks: answering({ path: REFERRERS, query: /^$/ }, (answer) =>
      withJson(answer, (index) => ({
        ...index,
        manifests: (index["manifests"] as object[]).map((entry) => ({ ...entry, annotations: undefined })),
      })),
    ),
    problem: /does not list \["sha256:/,
    cure: /function 'referrers'/,
  },
  {
    check: "referrers.list",
    by: "another Content-Type",
    breaks: answering({ path: REFERRERS, query: /^$/ }, (answer) =>
      withHeader(answer, "Content-Type", "application/json"),
    ),
    problem: /says Content-Type application\/json/,
    cure: /keep Content-Type and body/,
  },
  {
    check: "referrers.filter",
    by: "a proxy that drops the query",
    breaks: asking({ path: REFERRERS, query: /artifactType=/ }, withoutQuery),
    problem: /lists the types .*sbom\+json,.*signature/,
    cure: /OCI-Filters-Applied/,
  },
  {
    check: "referrers.filter",
    by: "a proxy that drops OCI-Filters-Applied",
    breaks: answering({ path: REFERRERS }, (answer) => withoutHeader(answer, "OCI-Filters-Applied")),
    problem: /says OCI-Filters-Applied nothing/,
    cure: /OCI-Filters-Applied/,
  },
  {
    check: "referrers.empty",
    by: "404 where there are none",
    breaks: answering({ path: REFERRERS, query: /^$/ }, (answer) =>
      sizeOf(answer) < 150 ? NOT_FOUND : answer,
    ),
    problem: /answered 404 .*, not 200$/,
    cure: /fall back to tags/,
  },
  {
    check: "referrers.subject",
    by: "a proxy that drops OCI-Subject",
    breaks: answering({ method: "PUT", path: MANIFEST }, (answer) => withoutHeader(answer, "OCI-Subject")),
    problem: /says OCI-Subject nothing, not sha256:/,
    cure: /OCI-Subject pass/,
  },
  {
    check: "referrers.paging",
    by: "a proxy that drops Link",
    breaks: answering({ path: REFERRERS }, (answer) => withoutHeader(answer, "Link")),
    problem: /\?n=1 gives 1 referrers in 1 pages/,
    cure: /signatures stay unseen/,
  },
];

export const DELETE_BREAKAGES: readonly Breakage[] = [
  {
    check: "delete.tag",
    by: "a DELETE that is acknowledged and forgotten",
    breaks: refusing({ method: "DELETE", path: BY_TAG }, ACCEPTED),
    problem: /^after DELETE, HEAD .*doomed answered 200, not 404$/,
    cure: /let the method DELETE pass/,
  },
  {
    check: "delete.manifest",
    by: "a DELETE that is acknowledged and forgotten",
    breaks: deleting(BY_DIGEST, "first", ACCEPTED),
    problem: /^after DELETE, HEAD .* answered 200, not 404$/,
    cure: /let the method DELETE pass/,
  },
  {
    check: "delete.blob",
    by: "a proxy that refuses it",
    breaks: deleting(BLOB, "first", NOT_ALLOWED),
    problem: /^DELETE .* answered 405 .*, not 202$/,
    cure: /let the method DELETE pass/,
  },
  {
    check: "cleanup.gone",
    by: "a proxy that refuses more than one DELETE",
    breaks: deleting(BLOB, "later", NOT_ALLOWED),
    problem: /^\d+ manifests and blobs stay below team\/doctor\/[0-9a-f]{12}: DELETE .* answered 405$/,
    cure: /delete what stays by hand/,
  },
];
