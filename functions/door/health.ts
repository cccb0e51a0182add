import { json } from "../../shared/http/answers.ts";
import type { HttpHandler } from "../../shared/http/messages.ts";

/** What a load balancer asks for, to know whether this process is up; no store is asked, which all of them share. */
export const HEALTH_PATH = "/healthz";

/** Answers the load balancer; all else is `inner`'s. */
export const withHealth =
  (inner: HttpHandler): HttpHandler =>
  async (request) =>
    request.path === HEALTH_PATH && request.method === "GET" ? json(200, { status: "ok" }) : inner(request);
