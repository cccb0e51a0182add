import { RegistryFailure } from "./failures.ts";
import type { Answer, HttpClient, OpenAnswer, RequestOpener } from "./messages.ts";

/** No answer that is kept is longer: one that is may have no end. */
const MOST_KEPT = 16 * 1024 * 1024;

export const withSend = ({ base, open, close }: RequestOpener): HttpClient => ({
  base,
  open,
  send: async (ask, sink) => gather(await open(ask), sink),
  close,
});

/** The whole of an answer. NoAnswerError where it is cut; RegistryFailure where it is too long to be kept. */
export async function gather(opened: OpenAnswer, sink?: (chunk: Uint8Array) => void): Promise<Answer> {
  const { request, url, status, header } = opened;
  const kept: Uint8Array[] = [];
  let bytes = 0;
  const keep = (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > MOST_KEPT) throw new RegistryFailure(`${request} has an answer of more than 16 MiB`);
    kept.push(chunk);
  };
  const take = sink ?? keep;
  for await (const chunk of opened.body) take(chunk);
  return { request, url, status, header, body: Buffer.concat(kept) };
}
