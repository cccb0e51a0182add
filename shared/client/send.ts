import type { Answer, HttpClient, OpenAnswer, RequestOpener } from "./messages.ts";

/** No answer that is kept is longer; beyond it something is wrong. */
const MOST_KEPT = 16 * 1024 * 1024;

export const withSend = ({ base, open, close }: RequestOpener): HttpClient => ({
  base,
  open,
  send: async (ask, sink) => gather(await open(ask), sink),
  close,
});

/** The whole of an answer. NoAnswerError where it is cut. */
export async function gather(opened: OpenAnswer, sink?: (chunk: Uint8Array) => void): Promise<Answer> {
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of opened.body) {
    bytes += chunk.length;
    if (sink) sink(chunk);
    else if (bytes <= MOST_KEPT) kept.push(chunk);
  }
  const { request, url, status, header } = opened;
  return { request, url, status, header, body: Buffer.concat(kept) };
}
