import { isFine } from "../answers.ts";
import type { Outgoing } from "../content.ts";
import { type Answer, NoAnswerError } from "../messages.ts";
import { attempt, isTransient, type Trouble } from "../patience.ts";
import type { Remote } from "../remote.ts";
import type { BlobWatch } from "./blob-sender.ts";
import type { PartSize } from "./part-size.ts";
import type { RunningDigest } from "./running-digest.ts";
import { BINARY, findUpload, moved, standing, type Upload } from "./upload.ts";

/** What became of a part. */
export type Step =
  | { readonly kind: "at"; readonly upload: Upload }
  | { readonly kind: "lost"; readonly why: string }
  /** where the upload stands has to be asked, after a pause */
  | { readonly kind: "trouble"; readonly trouble: Trouble }
  /** no other try will change it */
  | { readonly kind: "refused"; readonly answer: Answer };

export interface Sent {
  readonly remote: Remote;
  readonly partSize: PartSize;
  readonly blob: Outgoing;
  readonly digest: RunningDigest;
  readonly watch: BlobWatch;
}

const FORGOTTEN = {
  kind: "lost",
  why: "the registry does not know it any more",
} as const satisfies Step;

/** One PATCH, from where the upload stands: distribution-spec end-5. */
export async function sendPart(sent: Sent, upload: Upload): Promise<Step> {
  const { remote, partSize, blob } = sent;
  const { offset, leastPart } = upload;
  const end = Math.min(offset + partSize.given(leastPart), blob.content.size);
  const answer = await attempt(() =>
    remote.client.send({
      method: "PATCH",
      target: upload.location,
      headers: { ...BINARY, "Content-Range": `${offset}-${end - 1}` },
      body: { chunks: watched(sent, offset, end), length: end - offset },
    }),
  );
  if (answer instanceof NoAnswerError) return { kind: "trouble", trouble: answer };
  if (isFine(answer)) {
    const next = standing(answer, upload) ?? { ...moved(answer, upload), offset: end };
    return next.offset === offset ? { kind: "trouble", trouble: answer } : { kind: "at", upload: next };
  }
  if (answer.status === 413 && partSize.shrink(end - offset, leastPart)) return lookUp(remote, upload);
  return afterRefusal(answer, upload);
}

function afterRefusal(answer: Answer, upload: Upload): Step {
  if (isTransient(answer)) return { kind: "trouble", trouble: answer };
  if (answer.status === 404) return FORGOTTEN;
  if (answer.status !== 416) return { kind: "refused", answer };
  const found = standing(answer, upload, upload.offset);
  // Where the answer says nothing new, going on at once would go on for ever.
  if (found === undefined || found.offset === upload.offset) return { kind: "trouble", trouble: answer };
  return { kind: "at", upload: found };
}

/** Asks where the upload stands. */
export async function lookUp(remote: Remote, upload: Upload): Promise<Exclude<Step, { kind: "trouble" }>> {
  const found = await findUpload(remote, upload);
  return found ? { kind: "at", upload: found } : FORGOTTEN;
}

async function* watched({ digest, watch }: Sent, first: number, end: number): AsyncGenerator<Uint8Array> {
  let at = first;
  for await (const chunk of digest.read(first, end)) {
    yield chunk;
    at += chunk.length;
    watch.at(at);
  }
}
