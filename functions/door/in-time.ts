import { ClientAbortedError, type HttpHandler } from "../../shared/http/messages.ts";
import type { ByteStream } from "../../shared/ports/blobs.ts";

/**
 * milliseconds of a request's time that are kept for what came of it: a body that takes longer is cut off before whoever
 * is in front does it, and kept as that of a client which went away.
 */
const RESERVE = 30_000;

/** Gives each request `time` milliseconds; 0 as many as it takes. `now` in milliseconds. */
export const inTime =
  (inner: HttpHandler, time: number, now: () => number): HttpHandler =>
  (request) => {
    if (time === 0) return inner(request);
    const end = now() + time - RESERVE;
    const body = { [Symbol.asyncIterator]: () => until(request.body, () => now() > end) };
    return inner({ ...request, body });
  };

async function* until(body: ByteStream, isOver: () => boolean): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    if (isOver()) throw new ClientAbortedError("its body took longer than a request may");
    yield chunk;
  }
}
