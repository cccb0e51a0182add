import {
  answering,
  type Breakage,
  gatewaySays,
  NOT_FOUND,
  refusing,
  withoutHeader,
} from "../support/breaking.ts";
import type { Breaks } from "../support/patient.ts";

const unauthorized = (headers: Readonly<Record<string, string>>) =>
  answering({ path: /^\/v2\/$/ }, (answer) => ({
    ...answer,
    status: 401,
    headers: { ...answer.headers, ...headers },
  }));

/** Components of a repository's name. */
const depthOf = (path: string): number =>
  path
    .replace(/^\/v2\//, "")
    .replace(/\/(?:manifests|blobs|tags|referrers)\/.*$/, "")
    .split("/").length;

/** As S3 answers for what is not there, to whom it does not say more; what was deleted stays a 404. */
const forbiddenWhereAbsent: Breaks = (handler) => {
  const deleted = new Set<string>();
  return async (request) => {
    const answer = await handler(request);
    if (request.method === "DELETE") deleted.add(request.path);
    const isAbsent =
      request.method === "HEAD" && request.path.includes("/blobs/sha256:") && answer.status === 404;
    return isAbsent && !deleted.has(request.path) ? { ...answer, status: 403 } : answer;
  };
};

export const BASE_BREAKAGES: readonly Breakage[] = [
  {
    check: "base.ping",
    by: "no route for /v2/ with its slash",
    breaks: refusing({ path: /^\/v2\/$/ }, NOT_FOUND),
    problem: /^GET \/v2\/ answered 404 \(\{"message":"Not Found"\}\), not 200 or 401$/,
    cure: /with its slash.*\$default route/,
  },
  {
    check: "base.version",
    by: "a proxy that drops the header",
    breaks: answering({ path: /^\/v2\/$/ }, (answer) =>
      withoutHeader(answer, "Docker-Distribution-Api-Version"),
    ),
    problem: /says nothing, not registry\/2\.0/,
    cure: /pass the header Docker-Distribution-Api-Version/,
  },
  {
    check: "auth.challenge",
    by: "a 401 without a challenge",
    breaks: unauthorized({}),
    problem: /answered 401 without WWW-Authenticate/,
    cure: /pass the header WWW-Authenticate/,
  },
  {
    check: "auth.challenge",
    by: "a gateway that renames the challenge",
    breaks: unauthorized({ "x-amzn-remapped-www-authenticate": 'Bearer realm="https://a/token"' }),
    problem: /renamed WWW-Authenticate/,
    cure: /overwrite:header\.www-authenticate/,
  },
  {
    check: "auth.challenge",
    by: "a challenge without a realm",
    blocks: /^(?:token|aws)\./,
    breaks: unauthorized({ "WWW-Authenticate": "Bearer" }),
    problem: /no scheme with a realm in quotes: Bearer/,
    cure: /no client logs in/,
  },
  {
    check: "errors.form",
    by: "a proxy with error pages of its own",
    breaks: answering({ method: "GET", path: /\/manifests\// }, (answer) =>
      answer.status === 404 ? NOT_FOUND : answer,
    ),
    problem: /answered 404 \(\{"message":"Not Found"\}\), which is no \{"errors"/,
    cure: /no error pages of its own/,
  },
  {
    check: "errors.route",
    by: "a gateway that answers for what it has no route for",
    breaks: refusing({ path: /no\/such\/endpoint$/ }, NOT_FOUND),
    problem: /no\/such\/endpoint answered 404 .*, which is no \{"errors"/,
    cure: /\$default route does/,
  },
  {
    check: "errors.absent-blob",
    by: "403 for what is not there",
    breaks: forbiddenWhereAbsent,
    problem: /^HEAD .* answered 403, not 404$/,
    cure: /s3:ListBucket/,
  },
  {
    check: "names.depth",
    by: "routes for eight components at most",
    breaks: refusing({ when: ({ path }) => depthOf(path) > 8 }, NOT_FOUND),
    problem: /c10\/blobs\/uploads\/ answered 404/,
    cure: /greedy routes lead deep names/,
  },
  {
    check: "names.escape",
    by: "a proxy that does not know %3A",
    breaks: refusing({ path: /%3A/i }, gatewaySays(400, "Bad Request")),
    problem: /sha256%3A.* answered 400; with a plain colon it works/,
    cure: /neither escaped twice nor refused/,
  },
];
