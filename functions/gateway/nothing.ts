import { json } from "../../shared/http/answers.ts";
import type { HttpHandler } from "../../shared/http/messages.ts";
import { refusal, refusalOf } from "../../shared/http/refusal.ts";
import { parseRoute } from "../../shared/http/route.ts";

/**
 * Answers where there is nothing to look up: end-1, and what the gateway has no route for, in the contract's form. An
 * endpoint that exists is not found here, because this function has no right to any store.
 */
export const nothing: HttpHandler = async (request) => {
  try {
    return parseRoute(request).kind === "base.get" ? json(200, {}) : refusal("NOT_FOUND");
  } catch (error) {
    return refusalOf(error);
  }
};
