import { json } from "../shared/http/answers.ts";
import type { HttpHandler } from "../shared/http/messages.ts";
import { refusal } from "../shared/http/refusal.ts";

const PATH = "/healthz";

/** Answers GET /healthz: 200 where both stores answer, 503 where one does not; all else is `inner`'s. */
export const withHealth =
  (inner: HttpHandler, check: () => Promise<void>): HttpHandler =>
  async (request) => {
    if (request.path !== PATH) return inner(request);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return refusal("UNSUPPORTED", { allowed: ["GET", "HEAD"] }, { Allow: "GET, HEAD" });
    }
    try {
      await check();
    } catch {
      return refusal("UNAVAILABLE");
    }
    const answer = json(200, { status: "ok" });
    return request.method === "HEAD" ? { ...answer, body: { kind: "empty" } } : answer;
  };
