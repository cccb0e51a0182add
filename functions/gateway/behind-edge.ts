import { createHash, timingSafeEqual } from "node:crypto";
import type { HttpRequest } from "../../shared/http/messages.ts";

/** The edge in front of API and door puts it on each request, with what only it and the functions know. */
export const EDGE_HEADER = "x-berth-edge";
/**
 * The host that the client asked, which the functions of the edge put here (infra/edge/): the API is asked by its own. A
 * client that sends the header itself hears of no other host than of the one that it named, as with `Host`.
 */
const HOST_HEADER = "x-berth-host";
/** The address that the client has at the edge. Whoever could send it would choose whom failed logins slow down. */
const ADDRESS_HEADER = "x-berth-address";

/** The request as the client sent it to the edge, where it came by one. `proof`: what the edge shows; empty without one. */
export function behindEdge<Request extends Pick<HttpRequest, "header" | "clientAddress">>(
  request: Request,
  proof: string,
): Request {
  const { header } = request;
  const address = isProven(header(EDGE_HEADER), proof) ? header(ADDRESS_HEADER) : undefined;
  return {
    ...request,
    header: (name) => (name === "host" ? header(HOST_HEADER) : undefined) ?? header(name),
    ...(address !== undefined && { clientAddress: address }),
  };
}

const isProven = (shown: string | undefined, proof: string): boolean =>
  proof !== "" && shown !== undefined && timingSafeEqual(hashOf(shown), hashOf(proof));

const hashOf = (text: string): Buffer => createHash("sha256").update(text).digest();
