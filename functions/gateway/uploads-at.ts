import type { UploadsAt } from "../../shared/http/call.ts";
import type { HttpRequest } from "../../shared/http/messages.ts";
import { EDGE_HEADER } from "./behind-edge.ts";

/**
 * Clients that refuse a Location on another host than the registry's (oras-go from 2.6.1 on, and what is built on it).
 * What they push has to fit the API, unless they come by the edge.
 */
const ONE_HOST_ONLY = /\b(?:oras|helm|notation)\b/i;

/**
 * Where the upload goes on that a request begins: at the door, but for whom that would not do. Behind the edge both have one
 * host, and a Location needs none; who only says to come by it gets a Location that takes less.
 */
export const uploadsAt =
  (door: string) =>
  ({ header }: HttpRequest): UploadsAt => {
    if (header(EDGE_HEADER) !== undefined) return { origin: "", parallelParts: door !== "" };
    const staysHere = door === "" || ONE_HOST_ONLY.test(header("user-agent") ?? "");
    return { origin: staysHere ? "" : door, parallelParts: !staysHere };
  };
