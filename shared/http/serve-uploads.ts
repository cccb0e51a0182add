import { answered } from "./answered.ts";
import type { HttpHandler } from "./messages.ts";
import { refusal } from "./refusal.ts";
import { parseRoute } from "./route.ts";
import { answerRunningUpload, HOLDER, isRunningUpload, type RunningUploads } from "./running-uploads.ts";

export interface UploadHandlerOptions {
  readonly registry: RunningUploads;
  /** told why, whenever a store can't serve and the client gets a 503 */
  readonly onUnavailable: (error: Error) => void;
}

/** Serves uploads that were begun elsewhere, to whoever has their secret, and nothing else. */
export const createUploadHandler = ({ registry, onUnavailable }: UploadHandlerOptions): HttpHandler =>
  answered(
    async (request) => {
      const route = parseRoute(request);
      if (!isRunningUpload(route)) return refusal("NOT_FOUND", { reason: ELSEWHERE });
      return answerRunningUpload(route, { registry, request, caller: HOLDER });
    },
    { headBody: "none", onUnavailable },
  );

const ELSEWHERE = "only uploads that were begun go on here: ask the registry at its own address";
