import type { Caller, Registry } from "../registry/registry.ts";
import { json, withoutBody } from "./answers.ts";
import { answerBlob } from "./blobs.ts";
import type { Call } from "./call.ts";
import { answerCatalog, answerTags } from "./lists.ts";
import { answerManifest } from "./manifests.ts";
import type { HttpAnswer, HttpHandler, HttpRequest } from "./messages.ts";
import { answerReferrers } from "./referrers.ts";
import { refusalOf } from "./refusal.ts";
import { parseRoute, type Route } from "./route.ts";
import { answerUpload } from "./uploads.ts";

const ANONYMOUS: Caller = { name: "anonymous" };

export interface HttpHandlerOptions {
  readonly registry: Registry;
  /** anonymous, where it is not given */
  readonly callerOf?: (request: HttpRequest) => Caller;
}

/** Serves a registry over HTTP: distribution-spec § API, and Docker's contract beside it. */
export function createHttpHandler({ registry, callerOf = () => ANONYMOUS }: HttpHandlerOptions): HttpHandler {
  return async (request) => {
    const answer = await answerRequest(registry, request, callerOf);
    return request.method === "HEAD" ? withoutBody(answer) : answer;
  };
}

async function answerRequest(
  registry: Registry,
  request: HttpRequest,
  callerOf: (request: HttpRequest) => Caller,
): Promise<HttpAnswer> {
  try {
    const route = parseRoute(request);
    return await answerRoute(route, { registry, request, caller: callerOf(request) });
  } catch (error) {
    return refusalOf(error);
  }
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
