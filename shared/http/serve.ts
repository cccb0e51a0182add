import type { Caller, Registry } from "../registry/registry.ts";
import { json, withoutBody } from "./answers.ts";
import { answerBlob } from "./blobs.ts";
import type { Call, UploadsAt } from "./call.ts";
import { answerCatalog, answerTags } from "./lists.ts";
import { answerManifest } from "./manifests.ts";
import type { HttpAnswer, HttpHandler, HttpRequest } from "./messages.ts";
import { answerReferrers } from "./referrers.ts";
import { isUnavailable, refusalOf } from "./refusal.ts";
import { parseRoute, type Route } from "./route.ts";
import { answerUpload } from "./uploads.ts";

const ANONYMOUS: Caller = { name: "anonymous" };
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
  /** anonymous, where it is not given */
  readonly callerOf?: (request: HttpRequest) => Caller;
  /** where the upload that a request begins goes on; here, with parts in parallel, where it is not given */
  readonly uploadsAt?: (request: HttpRequest) => UploadsAt;
  /** told why, whenever a store can't serve and the client gets a 503 */
  readonly onUnavailable?: (error: Error) => void;
}

/** Serves a registry over HTTP: distribution-spec § API, and Docker's contract beside it. */
export function createHttpHandler(options: HttpHandlerOptions): HttpHandler {
  const {
    registry,
    callerOf = () => ANONYMOUS,
    uploadsAt = () => HERE,
    headBody = "none",
    headBlob = "answer",
    onUnavailable,
  } = options;
  const answerRequest = async (request: HttpRequest): Promise<HttpAnswer> => {
    try {
      return await answerRoute(parseRoute(request), {
        registry,
        request,
        caller: callerOf(request),
        headBlob,
        uploadsAt: uploadsAt(request),
      });
    } catch (error) {
      if (isUnavailable(error)) onUnavailable?.(error);
      return refusalOf(error);
    }
  };
  return async (request) => {
    const answer = await answerRequest(request);
    return request.method === "HEAD" && headBody === "none" ? withoutBody(answer) : answer;
  };
}

async function answerRoute(route: Route, call: Call): Promise<HttpAnswer> {
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
    case "upload.append":
    case "upload.part":
    case "upload.commit":
    case "upload.status":
    case "upload.cancel":
      return answerUpload(route, call);
    case "tag.list":
      return answerTags(route, call);
    case "referrer.list":
      return answerReferrers(route, call);
    case "catalog.list":
      return answerCatalog(route, call);
  }
}
