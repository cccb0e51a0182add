import { isRedirect } from "../../shared/client/answers.ts";
import type { Answer } from "../../shared/client/messages.ts";
import { demand, demandStatus } from "./check.ts";
import type { Exam } from "./exam.ts";
import { locationOf } from "./push.ts";

export interface Pull {
  readonly digest: string;
  readonly method?: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
  readonly sink?: (chunk: Uint8Array) => void;
}

const MOST_REDIRECTS = 5;

/** The first answer to a pull of a blob: the bytes, or where they are. */
export const openBlob = (
  { client, repo }: Exam,
  { digest, method = "GET", headers, sink }: Pull,
): Promise<Answer> =>
  client.send({ method, target: `/v2/${repo}/blobs/${digest}`, ...(headers && { headers }) }, sink);

/** Pulls a blob as clients do: wherever it leads, with the same headers, and credentials for nobody but the registry. */
export async function pullBlob(exam: Exam, pull: Pull): Promise<Answer> {
  let answer = await openBlob(exam, pull);
  for (let hops = 0; isRedirect(answer); hops += 1) {
    demand(hops < MOST_REDIRECTS, `${answer.request} redirects for ever`);
    const { method = "GET", headers, sink } = pull;
    const target = locationOf(answer);
    answer = await exam.client.send({ method, target, ...(headers && { headers }) }, sink);
  }
  return answer;
}

/** Where GET of the image's layer redirects to; undefined where the registry sends blobs itself. */
export async function redirectOf(exam: Exam): Promise<{ answer: Answer; url: URL } | undefined> {
  const { layer } = await exam.image();
  const answer = await openBlob(exam, { digest: layer.digest });
  if (!isRedirect(answer)) {
    demandStatus(answer, 200);
    return undefined;
  }
  return { answer, url: locationOf(answer) };
}
