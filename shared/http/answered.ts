import { withoutBody } from "./answers.ts";
import type { HttpAnswer, HttpHandler, HttpRequest } from "./messages.ts";
import { isUnavailable, refusalOf } from "./refusal.ts";

interface Manner {
  /** what HEAD gets as its body: nothing, or what GET gets */
  readonly headBody: "none" | "as-get";
  /** told why, whenever a store can't serve and the client gets a 503 */
  readonly onUnavailable?: (error: Error) => void;
}

/** A handler of what answers or throws a refusal: refusals are answers too, and HEAD has no body where it shouldn't. */
export const answered =
  (answer: (request: HttpRequest) => Promise<HttpAnswer>, { headBody, onUnavailable }: Manner): HttpHandler =>
  async (request) => {
    const given = await answer(request).catch((error: unknown) => {
      if (isUnavailable(error)) onUnavailable?.(error);
      return refusalOf(error);
    });
    return request.method === "HEAD" && headBody === "none" ? withoutBody(given) : given;
  };
