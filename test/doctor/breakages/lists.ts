import type { HttpAnswer } from "../../../shared/http/messages.ts";
import {
  ACCEPTED,
  answering,
  asking,
  type Breakage,
  NOT_ALLOWED,
  NOT_FOUND,
  refusing,
  sizeOf,
  withHeader,
  withJson,
  withoutHeader,
  withoutQuery,
} from "../support/breaking.ts";
import { type Breaks } from "../support/patient.ts";

const MANIFEST = /\/manifests\//;
const BY_DIGEST = /\/manifests\/sha256:/;
const BY_TAG = /\/manifests\/(?!sha256)/;
const BLOB = /\/blobs\/sha256:/;
const TAGS = /\/tags\/list$/;
const REFERRERS = /\/referrers\//;

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
    check: "tags.paging",
    by: "a Link that is no address",
    breaks: answering({ path: TAGS, query: /n=3/ }, (answer) =>
      withHeader(answer, "Link", '<http://[>; rel="next"'),
    ),
    problem: /goes on by Link to 'http:\/\/\[', which is no address/,
    cure: /the header Link/,
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
    problem: /lists the types .*signature/,
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
