import type { Caller, Registry } from "../registry/registry.ts";
import type { HttpRequest } from "./messages.ts";

/** What the answer to a route is made from. */
export interface Call {
  readonly registry: Registry;
  readonly request: HttpRequest;
  readonly caller: Caller;
  /** how HEAD of a blob is answered */
  readonly headBlob: "answer" | "redirect";
  /** the origin at which an upload that is begun goes on; empty where it is this one */
  readonly uploadsAt: string;
}
