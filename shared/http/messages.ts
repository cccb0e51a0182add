import type { ByteStream } from "../ports/blobs.ts";

/** A request as a plain value: what every home (a Node server, a Lambda event) can hand over at no cost. */
export interface HttpRequest {
  readonly method: string;
  /** as the client escaped it, without the query */
  readonly path: string;
  /** as the client escaped it, without the question mark; empty where there is none */
  readonly query: string;
  /** the header's value, its name in lower case; repeated headers joined by ", " */
  readonly header: (name: string) => string | undefined;
  /** the IP address that it comes from, the nearest proxy's where there is one; absent where nobody can tell */
  readonly clientAddress?: string;
  /** must be read to its end or not at all; throws ClientAbortedError where the client goes away */
  readonly body: ByteStream;
}

/** The client went away, stalled, or broke the protocol in the middle of its body: nothing more can be answered. */
export class ClientAbortedError extends Error {
  override readonly name = "ClientAbortedError";
}

export type AnswerBody =
  | { readonly kind: "empty" }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array | string }
  | { readonly kind: "stream"; readonly body: ByteStream };

export interface HttpAnswer {
  readonly status: number;
  /** Content-Length is always among them where the body has a length, also for HEAD, whose body is empty */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AnswerBody;
}

/** One request to one answer; rejects with what the body threw (ClientAbortedError), else only for a defect of ours. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpAnswer>;
