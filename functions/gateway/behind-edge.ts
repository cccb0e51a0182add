import type { HttpRequest } from "../../shared/http/messages.ts";

/**
 * The host that the client asked, which the functions of the edge put here (infra/edge/): the API is asked by its own. A
 * client that sends the header itself hears of no other host than of the one that it named, as with `Host`.
 */
const HOST_HEADER = "x-berth-host";

/** The request as the client sent it to the edge, where it came by one. */
export const behindEdge = <Request extends Pick<HttpRequest, "header">>(request: Request): Request => ({
  ...request,
  header: (name) => (name === "host" ? request.header(HOST_HEADER) : undefined) ?? request.header(name),
});
