import type { ByteStream } from "../ports/blobs.ts";

export interface Body {
  /** An array can be sent again, where the first try wanted credentials; anything else goes out once. */
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Content-Length; or none, as docker sends what it compresses on the way: `Transfer-Encoding: chunked` */
  readonly length: number | "chunked";
}

export interface Ask {
  readonly method: string;
  /** a path on the registry, or where an answer pointed */
  readonly target: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
}

export interface AnswerHead {
  /** the request, for people: method and path, never the query, which may hold a secret */
  readonly request: string;
  readonly url: URL;
  readonly status: number;
  /** repeated headers joined by ", " */
  readonly header: (name: string) => string | undefined;
}

export interface Answer extends AnswerHead {
  readonly body: Buffer;
}

/** An answer whose body is still to come: read it, to its end or not, or close it. */
export interface OpenAnswer extends AnswerHead {
  /** NoAnswerError where it does not come to its end */
  readonly body: ByteStream;
  readonly close: () => void;
}

/** Where requests leave. Redirects are answers like any other. */
export interface HttpClient extends RequestOpener {
  /** A request and the whole of its answer. `sink` takes the body's bytes as they come; else they are kept. */
  readonly send: (ask: Ask, sink?: (chunk: Uint8Array) => void) => Promise<Answer>;
}

export interface RequestOpener {
  readonly base: URL;
  /** The head of the answer. NoAnswerError where none came; the signal's own error where that ended it, and the body's. */
  readonly open: (ask: Ask) => Promise<OpenAnswer>;
  readonly close: () => void;
}

/** The connection was refused, cut, or fell silent. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}
