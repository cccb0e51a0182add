import type { HttpRequest } from "../../shared/http/messages.ts";
import { parseRoute, type Route } from "../../shared/http/route.ts";

/** What a request is about, for logs and traces. Nothing here opens anything: no query, no header, no upload's id. */
export interface About {
  /** the route's kind; "none" where the request is refused before it has one */
  readonly operation: Route["kind"] | "none";
  readonly repository?: string;
  /** the tag or the digest that was asked for */
  readonly reference?: string;
}

export function aboutRequest(request: HttpRequest): About {
  try {
    return aboutRoute(parseRoute(request));
  } catch {
    // The answer says what is wrong with it.
    return { operation: "none" };
  }
}

function aboutRoute(route: Route): About {
  return {
    operation: route.kind,
    ...("repo" in route && { repository: route.repo }),
    ...referenceOf(route),
  };
}

function referenceOf(route: Route): Pick<About, "reference"> {
  if ("digest" in route) return { reference: route.digest };
  if ("subject" in route) return { reference: route.subject };
  if (!("reference" in route)) return {};
  const { reference } = route;
  return { reference: reference.kind === "tag" ? reference.tag : reference.digest };
}
