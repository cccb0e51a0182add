import { guard } from "../access/guard.ts";
import type { Registry } from "../registry/registry.ts";
import { admit } from "./admission.ts";
import { answered } from "./answered.ts";
import { json } from "./answers.ts";
import type { Authority } from "./authority.ts";
import { answerBlob } from "./blobs.ts";
import type { Call, UploadsAt } from "./call.ts";
import { answerCatalog, answerTags } from "./lists.ts";
import { answerManifest } from "./manifests.ts";
import type { HttpAnswer, HttpHandler, HttpRequest } from "./messages.ts";
import { answerReferrers } from "./referrers.ts";
import { parseRoute, type Route } from "./route.ts";
import { answerRunningUpload, HOLDER, isRunningUpload, type RunningUploadRoute } from "./running-uploads.ts";
import { answerUpload } from "./uploads.ts";

const HERE: UploadsAt = { origin: "", parallelParts: true };

/** How HEAD is answered, for a home that has something in front of it that meddles with Content-Length. */
export interface HeadAnswers {
  /**
   * What HEAD of a manifest gets as its body: nothing, or, for a home that computes Content-Length from the body and
   * strips it by itself, what GET gets.
   */
  readonly headBody?: "none" | "as-get";
  /**
   * How HEAD of a blob is answered: here, or, where that loses the length, by a redirect as GET is. A store that can't
   * redirect answers here.
   */
  readonly headBlob?: "answer" | "redirect";
}

export interface HttpHandlerOptions extends HeadAnswers {
  readonly registry: Registry;
  readonly authority: Authority;
  /** where the upload that a request begins goes on; here, with parts in parallel, where it is not given */
  readonly uploadsAt?: (request: HttpRequest) => UploadsAt;
  /** sees what a request does to the registry, and what is denied to it */
  readonly watch?: (registry: Registry, request: HttpRequest) => Registry;
  /** told why, whenever a store can't serve and the client gets a 503 */
  readonly onUnavailable?: (error: Error) => void;
}

/** Serves a registry over HTTP, to each sender as far as it may: distribution-spec § API, and Docker's contract beside it. */
export function createHttpHandler(options: HttpHandlerOptions): HttpHandler {
  const { registry, authority, uploadsAt = () => HERE, headBody = "none", headBlob = "answer" } = options;
  const { watch = (unwatched) => unwatched } = options;
  const answer = async (request: HttpRequest): Promise<HttpAnswer> => {
    const route = parseRoute(request);
    if (isRunningUpload(route)) return answerRunningUpload(route, { registry, request, caller: HOLDER });
    const admission = { authority, request, loginFirst: route.kind === "base.get" };
    return admit(admission, (access) =>
      answerRoute(route, {
        registry: watch(guard(registry, access), request),
        request,
        caller: access.caller,
        headBlob,
        uploadsAt: uploadsAt(request),
      }),
    );
  };
  return answered(answer, { ...options, headBody });
}

async function answerRoute(route: Exclude<Route, RunningUploadRoute>, call: Call): Promise<HttpAnswer> {
  switch (route.kind) {
    case "base.get":
      return json(200, {});
    case "manifest.get":
    case "manifest.put":
    case "manifest.delete":
      return answerManifest(route, call);
    case "blob.get":
    case "blob.head":
    case "blob.delete":
      return answerBlob(route, call);
    case "upload.begin":
    case "upload.whole":
    case "upload.mount":
      return answerUpload(route, call);
    case "tag.list":
      return answerTags(route, call);
    case "referrer.list":
      return answerReferrers(route, call);
    case "catalog.list":
      return answerCatalog(route, call);
  }
}
