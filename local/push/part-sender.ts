import type { Answer } from "../client/client.ts";
import { NoAnswerError } from "../client/client.ts";
import { type BlobSender, type BlobWatch, damaged } from "./blob-sender.ts";
import type { PartSize } from "./part-size.ts";
import { attempt, isTransient, Patience, PushFailure, persist, type Trouble } from "./patience.ts";
import type { PlannedBlob } from "./plan.ts";
import { hasBlob, isFine, type Remote, refused } from "./repository.ts";
import { RunningDigest } from "./running-digest.ts";
import {
  BINARY,
  beginUpload,
  cancelUpload,
  closing,
  findUpload,
  moved,
  standing,
  type Upload,
} from "./upload.ts";
import type { UploadStates } from "./upload-states.ts";

export interface PartSenderParts {
  readonly remote: Remote;
  readonly states: UploadStates;
  readonly partSize: PartSize;
}

/** How often an upload is begun that the registry forgets or spoils again and again. */
const MOST_BEGINNINGS = 3;

/** One part after the other, each in its place: distribution-spec § Pushing a blob in chunks. Goes on where a run before ended. */
export const createPartSender = (parts: PartSenderParts): BlobSender => ({
  send: async (blob, watch) => {
    const { remote, states } = parts;
    let lost = "";
    for (let begun = 0; begun < MOST_BEGINNINGS; begun += 1) {
      const sending = new Sending(blob, watch, parts);
      const outcome = await sending.run(begun === 0 ? await resumed(blob, watch, parts) : undefined);
      await states.remove(blob.digest);
      // Who has lost an upload may have lost only the answer to its commit.
      if (outcome.kind === "committed" || (await hasBlob(remote, blob.digest))) return;
      lost = outcome.why;
    }
    throw new PushFailure(`the upload of ${blob.digest} came to nothing ${MOST_BEGINNINGS} times: ${lost}`);
  },
});

/** Where an earlier run of the same push left off, if the registry knows. */
async function resumed(
  { digest, stretch }: PlannedBlob,
  watch: BlobWatch,
  { remote, states }: PartSenderParts,
): Promise<Upload | undefined> {
  const saved = await states.load(digest);
  const found = saved && (await findUpload(remote, saved));
  if (found === undefined || found.offset > stretch.size) return undefined;
  if (found.offset > 0) watch.resumed(found.offset);
  return found;
}

type Outcome = { readonly kind: "committed" } | { readonly kind: "lost"; readonly why: string };
type Step =
  | { readonly kind: "at"; readonly upload: Upload }
  | { readonly kind: "lost"; readonly why: string }
  /** where the upload stands has to be asked */
  | { readonly kind: "trouble"; readonly trouble: Trouble };

/** One upload of one blob, from its beginning to its commit. */
class Sending {
  readonly #blob: PlannedBlob;
  readonly #watch: BlobWatch;
  readonly #parts: PartSenderParts;
  readonly #digest: RunningDigest;
  readonly #patience: Patience;

  constructor(blob: PlannedBlob, watch: BlobWatch, parts: PartSenderParts) {
    this.#blob = blob;
    this.#watch = watch;
    this.#parts = parts;
    this.#digest = new RunningDigest(blob.digest, blob.stretch);
    this.#patience = new Patience(parts.remote.waiting);
  }

  async run(earlier: Upload | undefined): Promise<Outcome> {
    const { remote, states } = this.#parts;
    const { digest, stretch } = this.#blob;
    let upload = earlier ?? (await beginUpload(remote));
    let furthest = upload.offset;
    await states.save(digest, upload);
    this.#watch.at(upload.offset);
    while (upload.offset < stretch.size) {
      const step = await this.#next(upload);
      if (step.kind === "lost") return step;
      if (step.upload.offset > stretch.size) return { kind: "lost", why: "it holds more than the blob has" };
      if (step.upload.location.href !== upload.location.href) await states.save(digest, step.upload);
      upload = step.upload;
      this.#watch.at(upload.offset);
      if (upload.offset > furthest) {
        furthest = upload.offset;
        this.#patience.progressed();
      }
    }
    return this.#commit(upload);
  }

  /** Sends a part, and finds out where the upload stands where that is not clear. */
  async #next(upload: Upload): Promise<Exclude<Step, { kind: "trouble" }>> {
    const step = await this.#part(upload);
    if (step.kind !== "trouble") return step;
    await this.#patience.failed(step.trouble);
    const found = await findUpload(this.#parts.remote, upload);
    return found
      ? { kind: "at", upload: found }
      : { kind: "lost", why: "the registry does not know it any more" };
  }

  async #part(upload: Upload): Promise<Step> {
    const { remote, partSize } = this.#parts;
    const { offset, leastPart } = upload;
    const end = Math.min(offset + partSize.given(leastPart), this.#blob.stretch.size);
    const answer = await attempt(() =>
      remote.client.send({
        method: "PATCH",
        target: upload.location,
        headers: { ...BINARY, "Content-Range": `${offset}-${end - 1}` },
        body: { chunks: this.#bytes(offset, end), length: end - offset },
      }),
    );
    if (answer instanceof NoAnswerError) return { kind: "trouble", trouble: answer };
    if (isFine(answer)) {
      return { kind: "at", upload: standing(answer, upload) ?? { ...moved(answer, upload), offset: end } };
    }
    if (answer.status === 413 && partSize.shrink(end - offset, leastPart)) return this.#look(upload);
    return this.#afterRefusal(answer, upload);
  }

  async #afterRefusal(answer: Answer, upload: Upload): Promise<Step> {
    if (isTransient(answer)) return { kind: "trouble", trouble: answer };
    if (answer.status === 404) return { kind: "lost", why: "the registry does not know it any more" };
    if (answer.status !== 416) throw refused(answer);
    const found = standing(answer, upload, upload.offset);
    // Where the answer says nothing new, going on at once would go on for ever.
    if (found === undefined || found.offset === upload.offset) return { kind: "trouble", trouble: answer };
    return { kind: "at", upload: found };
  }

  async #look(upload: Upload): Promise<Step> {
    const found = await findUpload(this.#parts.remote, upload);
    return found
      ? { kind: "at", upload: found }
      : { kind: "lost", why: "it ended with a body that was too large" };
  }

  async *#bytes(first: number, end: number): AsyncGenerator<Uint8Array> {
    let at = first;
    for await (const chunk of this.#digest.read(first, end)) {
      yield chunk;
      at += chunk.length;
      this.#watch.at(at);
    }
  }

  /** The closing PUT, after the bytes have proved to be those of the digest. */
  async #commit(upload: Upload): Promise<Outcome> {
    const { remote, states } = this.#parts;
    const { digest } = this.#blob;
    const found = await this.#digest.end();
    if (found !== digest) {
      await cancelUpload(remote, upload);
      await states.remove(digest);
      throw damaged(this.#blob, found);
    }
    const target = closing(upload, digest);
    const answer = await persist(
      () => remote.client.send({ method: "PUT", target, headers: BINARY }),
      remote.waiting,
    );
    if (isFine(answer)) return { kind: "committed" };
    // Our bytes are right, so the registry has others, or has lost some.
    if ([400, 404, 416].includes(answer.status)) return { kind: "lost", why: refused(answer).message };
    throw refused(answer);
  }
}
