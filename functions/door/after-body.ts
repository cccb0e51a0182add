import { ClientAbortedError, type HttpHandler, type HttpRequest } from "../../shared/http/messages.ts";

/** bytes that are read of a body for nothing but an answer to it */
const SPARED = 1024 * 1024;

/**
 * Answers only when the whole body is in: whoever is in front of a Web Function hands on no answer before (Lambda, Web
 * Functions: half-duplex). A chunk that is out of place, or that a store can't take now, is read to its end, too, so that
 * its client hears it. Of what anyone can send, who knows no upload's secret, no more than a little is read, and then the
 * connection closed: else they could send for as long as it takes.
 */
export const afterBody =
  (inner: HttpHandler): HttpHandler =>
  async (request) => {
    const answer = await inner(request);
    await readRest(request, isOfUpload(answer.status) ? Number.POSITIVE_INFINITY : SPARED);
    return answer;
  };

/** Answers that only who knows an upload's secret gets, but for those of a store that fails. */
const isOfUpload = (status: number): boolean => status < 300 || status === 416 || status >= 500;

/** ClientAbortedError where there is more. */
async function readRest({ body }: HttpRequest, most: number): Promise<void> {
  let read = 0;
  for await (const { length } of body) {
    read += length;
    if (read > most) throw new ClientAbortedError("it sends too much for a request that is refused");
  }
}
