import type { Caller, Registry } from "../registry/registry.ts";
import type { HttpRequest } from "./messages.ts";

/** Where an upload goes on. It stays there, since every Location after the first is relative. */
export interface UploadsAt {
  /** `https://host`; empty for here */
  readonly origin: string;
  /** whether bodies that are large enough for parts can be sent there */
  readonly parallelParts: boolean;
}

/** What the answer to a route is made from. */
export interface Call {
  readonly registry: Registry;
  readonly request: HttpRequest;
  readonly caller: Caller;
  /** how HEAD of a blob is answered */
  readonly headBlob: "answer" | "redirect";
  readonly uploadsAt: UploadsAt;
}
