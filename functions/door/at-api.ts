import type { HttpHandler } from "../../shared/http/messages.ts";
import { EDGE_HEADER } from "../gateway/behind-edge.ts";

/**
 * Where a blob is pulled that was pushed here: at the API, whose origin is `api`. Behind the edge both have one host, and
 * the Location needs none; nor has it one where nobody has said where the API is.
 */
export const leadingToApi =
  (inner: HttpHandler, api: string): HttpHandler =>
  async (request) => {
    const answer = await inner(request);
    const { Location } = answer.headers;
    const isPulledHere = request.header(EDGE_HEADER) !== undefined;
    if (answer.status !== 201 || Location === undefined || isPulledHere) return answer;
    return { ...answer, headers: { ...answer.headers, Location: `${api}${Location}` } };
  };
