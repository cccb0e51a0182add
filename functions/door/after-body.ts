import { ClientAbortedError, type HttpHandler, type HttpRequest } from "../../shared/http/messages.ts";

/** bytes that are read, for nothing but an answer, of a body whose sender has shown no upload's secret */
const SPARED = 1024 * 1024;

/** Whether a request shows the secret of an upload that goes on. */
export type Knows = (request: HttpRequest) => Promise<boolean>;

/**
 * Answers only when the whole body is in: whoever is in front of a Web Function hands on no answer before (Lambda, Web
 * Functions: half-duplex). A chunk that is out of place, or that a store can't take now, is read to its end, too, so that
 * its client hears it; and so is every other body of who `knows` its upload's secret. Of what anyone can send no more than
 * a little is read, and then the connection closed: else they could send for as long as it takes.
 */
export const afterBody =
  (inner: HttpHandler, knows: Knows): HttpHandler =>
  async (request) => {
    const answer = await inner(request);
    let read = 0;
    let isSpared = isOfUpload(answer.status);
    for await (const { length } of request.body) {
      read += length;
      if (!isSpared && read > SPARED) isSpared = (await knows(request)) || hangUp();
    }
    return answer;
  };

/** Answers that only who knows an upload's secret gets, but for those of a store that fails. */
const isOfUpload = (status: number): boolean => status < 300 || status === 416 || status >= 500;

function hangUp(): never {
  throw new ClientAbortedError("it sends too much for a request that is refused");
}
