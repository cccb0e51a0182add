import type { Caller } from "../registry/registry.ts";
import { withoutBody } from "./answers.ts";
import type { HttpAnswer, HttpHandler, HttpRequest } from "./messages.ts";
import { isUnavailable, refusal, refusalOf } from "./refusal.ts";
import { parseRoute, type Route } from "./route.ts";
import { answerRunningUpload, type RunningUploadRoute, type RunningUploads } from "./running-uploads.ts";

export interface UploadHandlerOptions {
  readonly registry: RunningUploads;
  /** told why, whenever a store can't serve and the client gets a 503 */
  readonly onUnavailable: (error: Error) => void;
}

/** The upload's secret is what it shows, and it names nobody. */
const HOLDER: Caller = { name: "anonymous" };

/** Serves uploads that were begun elsewhere, to whoever has their secret, and nothing else. */
export function createUploadHandler({ registry, onUnavailable }: UploadHandlerOptions): HttpHandler {
  const answerRequest = async (request: HttpRequest): Promise<HttpAnswer> => {
    try {
      const route = parseRoute(request);
      if (!isRunningUpload(route)) return refusal("NOT_FOUND", { reason: ELSEWHERE });
      return await answerRunningUpload(route, { registry, request, caller: HOLDER });
    } catch (error) {
      if (isUnavailable(error)) onUnavailable(error);
      return refusalOf(error);
    }
  };
  return async (request) => {
    const answer = await answerRequest(request);
    return request.method === "HEAD" ? withoutBody(answer) : answer;
  };
}

const ELSEWHERE = "only uploads that were begun go on here: ask the registry at its own address";

const RUNNING: readonly string[] = [
  "upload.append",
  "upload.part",
  "upload.commit",
  "upload.status",
  "upload.cancel",
] satisfies RunningUploadRoute["kind"][];

const isRunningUpload = (route: Route): route is RunningUploadRoute => RUNNING.includes(route.kind);
