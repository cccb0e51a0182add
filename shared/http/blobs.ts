import { planRanges, type RangePlan, type Span } from "../oci/range.ts";
import type { ByteStream } from "../ports/blobs.ts";
import type { BlobInfo, OpenedBlob } from "../registry/registry.ts";
import { API_VERSION, bodiless, empty, type Headers, withoutBody } from "./answers.ts";
import type { Call } from "./call.ts";
import { clientHas, etagOf, rangeFor } from "./conditions.ts";
import type { HttpAnswer } from "./messages.ts";
import { multipartOf } from "./multipart.ts";
import { HttpRefusal } from "./refusal.ts";
import type { RouteIn } from "./route.ts";

type BlobRoute = RouteIn<"blob">;

export async function answerBlob(route: BlobRoute, call: Call): Promise<HttpAnswer> {
  switch (route.kind) {
    case "blob.get":
      return getBlob(route, call);
    case "blob.head":
      return headBlob(route, call);
    case "blob.delete":
      await call.registry.deleteBlob({ repo: route.repo, digest: route.digest, caller: call.caller });
      return empty(202, {});
  }
}

const headersOf = ({ digest }: BlobInfo): Headers => ({
  ...API_VERSION,
  "Docker-Content-Digest": digest,
  ETag: etagOf(digest),
  "Cache-Control": "max-age=31536000",
  "Accept-Ranges": "bytes",
});

const notModified = (info: BlobInfo): HttpAnswer => bodiless(304, headersOf(info));

/**
 * end-2. Range means nothing to HEAD (RFC 9110 § 14.2). Clients take the length from here, and a redirect costs them a
 * request: only where it is asked for.
 */
async function headBlob({ repo, digest }: BlobRoute, call: Call): Promise<HttpAnswer> {
  const { registry, caller, request } = call;
  const isNew = !clientHas(request.header("if-none-match"), digest);
  if (isNew && call.headBlob === "redirect") {
    return withoutBody(sendWhole(await registry.openBlob({ repo, digest, method: "HEAD", caller })));
  }
  const info = await registry.statBlob({ repo, digest, caller });
  if (!isNew) return notModified(info);
  return { status: 200, headers: { ...headersOf(info), ...wholeOf(info) }, body: { kind: "empty" } };
}

const wholeOf = ({ size }: BlobInfo): Headers => ({
  "Content-Type": "application/octet-stream",
  "Content-Length": String(size),
});

/** end-2. Only a client that has the blob already pays for a look before the blob is opened. */
async function getBlob({ repo, digest }: BlobRoute, call: Call): Promise<HttpAnswer> {
  const { registry, caller, request } = call;
  if (clientHas(request.header("if-none-match"), digest)) {
    return notModified(await registry.statBlob({ repo, digest, caller }));
  }
  const range = rangeFor(digest, { range: request.header("range"), ifRange: request.header("if-range") });
  if (range === undefined) return sendWhole(await registry.openBlob({ repo, digest, caller }));
  const open = (choose: (size: number) => Span | undefined) =>
    registry.openBlob({ repo, digest, range: choose, caller });
  const opened = await open((size) => firstSpan(planRanges(range, size), size));
  return sendPlan(opened, planRanges(range, opened.info.size), (span) => open(() => span));
}

/** What the blob is opened with; of several parts, each of the others is opened when its turn comes. */
function firstSpan(plan: RangePlan, size: number): Span | undefined {
  switch (plan.kind) {
    case "whole":
      return undefined;
    case "part":
      return plan.span;
    case "parts":
      return plan.spans[0];
    case "unsatisfiable":
      throw new HttpRefusal("RANGE_INVALID", { size }, { "Content-Range": `bytes */${size}` });
  }
}

function sendPlan(
  opened: OpenedBlob,
  plan: RangePlan,
  open: (span: Span) => Promise<OpenedBlob>,
): HttpAnswer {
  const { info, source } = opened;
  if (source.kind === "redirect" || plan.kind === "whole" || plan.kind === "unsatisfiable")
    return sendWhole(opened);
  if (plan.kind === "part") return partial(info, rangeOf(plan.span, info.size), source.body);
  const { headers, body } = multipartOf({ info, spans: plan.spans, first: source.body, open });
  return partial(info, headers, body);
}

const rangeOf = ({ first, last }: Span, size: number): Headers => ({
  "Content-Type": "application/octet-stream",
  "Content-Length": String(last - first + 1),
  "Content-Range": `bytes ${first}-${last}/${size}`,
});

const partial = (info: BlobInfo, headers: Headers, body: ByteStream): HttpAnswer => ({
  status: 206,
  headers: { ...headersOf(info), ...headers },
  body: { kind: "stream", body },
});

/** A redirect stands for any range: the client repeats its Range header where the URL leads. */
function sendWhole({ info, source }: OpenedBlob): HttpAnswer {
  if (source.kind === "redirect") {
    return empty(307, { "Docker-Content-Digest": info.digest, Location: source.url });
  }
  return {
    status: 200,
    headers: { ...headersOf(info), ...wholeOf(info) },
    body: { kind: "stream", body: source.body },
  };
}
