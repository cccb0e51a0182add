import {
  answering,
  asking,
  type Breakage,
  firstOf,
  gatewaySays,
  isChunked,
  isPlaced,
  lengthOf,
  NOT_ALLOWED,
  NOT_FOUND,
  refusing,
  refusingStreams,
  TOO_LARGE,
  turning,
  withHeader,
  withoutHeader,
  withoutQuery,
} from "../support/breaking.ts";
import { LIMIT } from "../support/patient.ts";

const UPLOAD = /\/blobs\/uploads\/[^/]+$/;
const UPLOADS = /\/blobs\/uploads\/$/;
const NO_LENGTH = gatewaySays(411, "Length Required");
const REFUSED_LARGE = /^a body of 1 MiB: .* answered 413 .*; 256 KiB pass, 512 KiB do not$/;
const CURE_LARGE = /client_max_body_size 0.*On AWS one request carries about 4 MB.*--large-size 4m/;

export const PUSH_BREAKAGES: readonly Breakage[] = [
  {
    check: "push.put",
    by: "another status than 201",
    breaks: answering(
      { method: "PUT", path: UPLOAD, when: (request) => lengthOf(request) > 0 && lengthOf(request) < LIMIT },
      turning(201, 200),
    ),
    problem: /^PUT .* answered 200, not 201$/,
    cure: /let POST and PUT below \/v2\/, and their statuses, pass/,
  },
  {
    check: "push.post",
    by: "a proxy that drops the query",
    breaks: asking(
      { method: "POST", query: /^digest=/, when: (request) => lengthOf(request) < LIMIT },
      withoutQuery,
    ),
    problem: /^POST .* answered 202, not 201$/,
    cure: /pass the query \(\?digest=…\)/,
  },
  {
    check: "push.patch",
    by: "a gateway that does not know PATCH with a length",
    breaks: refusing(
      {
        method: "PATCH",
        when: (request) => !isPlaced(request) && !isChunked(request) && lengthOf(request) < LIMIT,
      },
      NOT_ALLOWED,
    ),
    problem: /^PATCH .* answered 405 .*, not 202$/,
    cure: /pass the method PATCH/,
  },
  {
    check: "push.stream",
    by: "a gateway that wants a length",
    breaks: refusingStreams((bytes) => bytes < LIMIT, NO_LENGTH),
    problem: /^PATCH .* answered 411 .*, not 202$/,
    cure: /Transfer-Encoding: chunked through .*Docker 29 with the containerd image store/,
  },
  {
    check: "push.chunks",
    by: "a second chunk that nobody expects",
    breaks: refusing(
      { method: "PATCH", when: (request) => firstOf(request) > 0 && firstOf(request) < 128 * 1024 },
      gatewaySays(416, "no"),
    ),
    problem: /^PATCH .* answered 416 .*, not 202$/,
    cure: /Content-Range.*share their stores/,
  },
  {
    check: "push.progress",
    by: "a proxy that drops Range",
    breaks: answering({ method: "PATCH" }, (answer) => withoutHeader(answer, "Range")),
    problem: /says Range nothing, not 0-99/,
    cure: /docker gives up a push without it/,
  },
  {
    check: "push.status",
    by: "a registry that does not know the upload of another",
    breaks: refusing({ method: "GET", path: UPLOAD }, NOT_FOUND),
    problem: /^GET .* answered 404 .*, not 204$/,
    cure: /a registry on the same stores/,
  },
  {
    check: "push.order",
    by: "a chunk in the wrong place that is taken",
    breaks: answering({ method: "PATCH", when: isPlaced }, turning(416, 202)),
    problem: /^PATCH .* answered 202 .*not 416$/,
    cure: /pass the request header Content-Range/,
  },
  {
    check: "push.verify",
    by: "a digest that nobody looks at",
    breaks: answering({ method: "PUT", path: UPLOAD }, turning(400, 201)),
    problem: /^PUT .* answered 201 .*not 400$/,
    cure: /something on the way answers in its place/,
  },
  {
    check: "push.location",
    by: "a proxy that writes another host into Location",
    breaks: answering({ method: "POST", path: UPLOADS }, (answer, { header }) => {
      const host = (header("host") ?? "").replace("127.0.0.1", "localhost");
      return withHeader(answer, "Location", `http://${host}${answer.headers["Location"]}`);
    }),
    problem: /go on at http:\/\/localhost:\d+, not http:\/\/127\.0\.0\.1:\d+$/,
    cure: /proxy_redirect off/,
  },
  {
    check: "push.location",
    by: "a proxy that writes what is escaped as it is read",
    breaks: answering({ method: "POST", path: UPLOADS }, (answer) =>
      withHeader(answer, "Location", `${answer.headers["Location"]}&at=caf\u00e9%e9`),
    ),
    problem: /^POST \S+ answered with a Location that is not plain ASCII$/,
    cure: /proxy_redirect off/,
  },
  {
    check: "push.digest",
    by: "a proxy that drops Docker-Content-Digest",
    breaks: answering({ method: "PUT", path: UPLOAD }, (answer) =>
      withoutHeader(answer, "Docker-Content-Digest"),
    ),
    problem: /Docker-Content-Digest missing, not sha256:/,
    cure: /older containerd fails without it/,
  },
  {
    check: "push.mount",
    by: "a proxy that drops the query",
    breaks: asking({ method: "POST", query: /^mount=/ }, withoutQuery),
    problem: /^POST .* answered 202, not 201$/,
    cure: /\?mount=…&from=…/,
  },
  {
    check: "push.cancel",
    by: "a proxy that does not let uploads be deleted",
    breaks: refusing({ method: "DELETE", path: UPLOAD }, NOT_ALLOWED),
    problem: /^DELETE .* answered 405 .*, not 204$/,
    cure: /--upload-expiry, on AWS UploadIdleHours/,
  },
  {
    check: "large.put",
    by: "a limit on bodies",
    breaks: refusing(
      { method: "PUT", path: UPLOAD, when: (request) => lengthOf(request) >= LIMIT },
      TOO_LARGE,
    ),
    problem: REFUSED_LARGE,
    cure: CURE_LARGE,
  },
  {
    check: "large.post",
    by: "a limit on bodies",
    breaks: refusing({ method: "POST", when: (request) => lengthOf(request) >= LIMIT }, TOO_LARGE),
    problem: REFUSED_LARGE,
    cure: CURE_LARGE,
  },
  {
    check: "large.patch",
    by: "a limit on bodies",
    breaks: refusing(
      { method: "PATCH", when: (request) => !isPlaced(request) && lengthOf(request) >= LIMIT },
      TOO_LARGE,
    ),
    problem: REFUSED_LARGE,
    cure: CURE_LARGE,
  },
  {
    check: "large.stream",
    by: "a limit on bodies",
    breaks: refusingStreams((bytes) => bytes >= LIMIT, TOO_LARGE),
    problem: REFUSED_LARGE,
    cure: CURE_LARGE,
  },
  {
    check: "large.chunks",
    by: "an upload that may not grow",
    breaks: refusing({ method: "PATCH", when: (request) => firstOf(request) >= LIMIT }, TOO_LARGE),
    problem: /^PATCH .* answered 413 .*, not 202$/,
    cure: /bodies of 4 MiB and the request header Content-Range/,
  },
];
