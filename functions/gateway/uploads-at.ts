import type { UploadsAt } from "../../shared/http/call.ts";
import type { HttpRequest } from "../../shared/http/messages.ts";

/** The edge in front of API and door puts it on each request: then both have one host, and a Location needs none. */
export const EDGE_HEADER = "x-berth-edge";

/**
 * Clients that refuse a Location on another host than the registry's (oras-go from 2.6.1 on, and what is built on it).
 * What they push has to fit the API, unless they come by the edge.
 */
const ONE_HOST_ONLY = /\b(?:oras|helm|notation)\b/i;

/** Where the upload goes on that a request begins: at the door, but for whom that would not do. */
export const uploadsAt =
  (door: string) =>
  ({ header }: HttpRequest): UploadsAt => {
    if (header(EDGE_HEADER) !== undefined) return { origin: "", parallelParts: door !== "" };
    const staysHere = door === "" || ONE_HOST_ONLY.test(header("user-agent") ?? "");
    return { origin: staysHere ? "" : door, parallelParts: !staysHere };
  };
