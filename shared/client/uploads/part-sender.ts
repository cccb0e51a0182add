import { isFine, refused } from "../answers.ts";
import { hasBlob } from "../blobs.ts";
import type { Outgoing } from "../content.ts";
import { DamagedError, RegistryFailure } from "../failures.ts";
import { type Answer, NoAnswerError } from "../messages.ts";
import { Patience, persist } from "../patience.ts";
import type { Remote } from "../remote.ts";
import type { BlobSender, BlobWatch } from "./blob-sender.ts";
import { sendNumbered } from "./numbered-parts.ts";
import { numberedPartSize } from "./part-range.ts";
import type { PartSize } from "./part-size.ts";
import { RunningDigest } from "./running-digest.ts";
import { lookUp, type Sent, type Step, sendPart } from "./send-part.ts";
import {
  BINARY,
  beginUpload,
  cancelUpload,
  closing,
  findUpload,
  isNumbered,
  type NumberedUpload,
  type Upload,
} from "./upload.ts";
import type { UploadStates } from "./upload-states.ts";

export interface PartSenderParts {
  readonly remote: Remote;
  readonly states: UploadStates;
  readonly partSize: PartSize;
  /** parts of one blob at once, where the registry takes them in any order */
  readonly partsAtOnce: number;
}

/** How often an upload is begun that the registry forgets or spoils again and again. */
const MOST_BEGINNINGS = 3;
/** 401s in a row to a part. */
const MOST_RENEWALS = 1;
/** Steps of an upload that bring it no further, in a row. */
const MOST_STANDSTILL = 16;

/**
 * Parts, one after the other and each in its place (distribution-spec § Pushing a blob in chunks), or several at a time
 * where the registry takes them so. Goes on where a run before ended.
 */
export const createPartSender = (parts: PartSenderParts): BlobSender => ({
  send: async (blob, watch) => {
    const { remote, states } = parts;
    let lost = "";
    for (let begun = 0; begun < MOST_BEGINNINGS; begun += 1) {
      const earlier = begun === 0 ? await resumed(blob, watch, parts) : undefined;
      const upload = earlier ?? (await begin(blob, parts));
      await states.save(blob.digest, upload);
      const outcome = isNumbered(upload)
        ? await sendNumbered(upload, blob, watch, { remote, states, width: parts.partsAtOnce })
        : await new Sending(blob, watch, parts).run(upload);
      await states.remove(blob.digest);
      // Who has lost an upload may have lost only the answer to its commit.
      if (outcome.kind === "committed" || (await hasBlob(remote, blob.digest))) return;
      lost = outcome.why;
    }
    throw new RegistryFailure(
      `the upload of ${blob.digest} came to nothing ${MOST_BEGINNINGS} times: ${lost}`,
    );
  },
});

/** An upload for parts in any order, where the registry takes them so and the blob has several. */
async function begin(
  { content }: Outgoing,
  { remote, partSize, partsAtOnce }: PartSenderParts,
): Promise<Upload | NumberedUpload> {
  const upload = await beginUpload(remote);
  if (upload.parallelParts === undefined || partsAtOnce < 2) return upload;
  const size = numberedPartSize(content.size, partSize.given(0), upload.parallelParts);
  return size === undefined ? upload : { ...upload, partSize: size, done: new Set<number>() };
}

/** Where an earlier run of the same push left off, if the registry knows. */
async function resumed(
  { digest, content }: Outgoing,
  watch: BlobWatch,
  { remote, states }: PartSenderParts,
): Promise<Upload | undefined> {
  const saved = await states.load(digest);
  const found = saved && (await findUpload(remote, saved).catch(nowhere));
  if (found === undefined || found.offset > content.size) return undefined;
  const there = isNumbered(found) ? found.done.size * found.partSize : found.offset;
  if (there > 0) watch.resumed(Math.min(there, content.size));
  return found;
}

/** The host of an earlier upload may be gone. Where it is the line that fails, the next request will say so. */
function nowhere(error: unknown): undefined {
  if (!(error instanceof RegistryFailure)) throw error;
}

type Outcome = { readonly kind: "committed" } | Extract<Step, { kind: "lost" }>;

/** One upload of one blob, from its beginning to its commit. */
class Sending {
  readonly #sent: Sent;
  readonly #states: UploadStates;
  readonly #patience: Patience;
  /** steps without progress */
  #standstill = 0;
  #renewals = 0;

  constructor(blob: Outgoing, watch: BlobWatch, { remote, states, partSize }: PartSenderParts) {
    this.#sent = { remote, partSize, blob, watch, digest: new RunningDigest(blob) };
    this.#states = states;
    this.#patience = new Patience(remote.waiting);
  }

  async run(begun: Upload): Promise<Outcome> {
    const { watch, blob } = this.#sent;
    let upload = begun;
    let furthest = upload.offset;
    watch.at(upload.offset);
    while (upload.offset < blob.content.size) {
      const step = await this.#next(upload);
      if (step.kind === "refused") throw await this.#refused(step.answer);
      if (step.kind === "lost") return step;
      const isMoved = step.upload.location.href !== upload.location.href;
      upload = step.upload;
      if (upload.offset > blob.content.size) return { kind: "lost", why: "it holds more than the blob has" };
      if (isMoved) await this.#states.save(blob.digest, upload);
      watch.at(upload.offset);
      this.#count(upload.offset > furthest);
      furthest = Math.max(furthest, upload.offset);
      if (this.#standstill > MOST_STANDSTILL) return { kind: "lost", why: "it does not get on" };
    }
    return this.#commit(upload);
  }

  /** Sends a part, and finds out where the upload stands where that is not clear. */
  async #next(upload: Upload): Promise<Exclude<Step, { kind: "trouble" }>> {
    const step = await sendPart(this.#sent, upload);
    if (step.kind === "refused" && this.#isRenewed(step.answer)) return lookUp(this.#sent.remote, upload);
    if (step.kind !== "trouble") return step;
    await this.#patience.failed(step.trouble);
    if (step.trouble instanceof NoAnswerError) this.#doubt(upload);
    return lookUp(this.#sent.remote, upload);
  }

  /** A token that ended meanwhile was renewed by its 401, but a body that is read as it goes can't go again by itself. */
  #isRenewed({ status }: Answer): boolean {
    if (status !== 401) return false;
    this.#renewals += 1;
    return this.#renewals <= MOST_RENEWALS;
  }

  #count(isProgress: boolean): void {
    this.#standstill = isProgress ? 0 : this.#standstill + 1;
    if (isProgress) this.#renewals = 0;
    if (isProgress) this.#patience.progressed();
  }

  /** Who refuses a large body may cut the line instead of saying so, and a slow line may never bring one. */
  #doubt({ offset, leastPart }: Upload): void {
    if (this.#standstill === 0) return;
    const { partSize, blob } = this.#sent;
    partSize.shrink(Math.min(partSize.given(leastPart), blob.content.size - offset), leastPart);
  }

  /** The closing PUT, after the bytes have proved to be those of the digest. */
  async #commit(upload: Upload): Promise<Outcome> {
    const { remote, blob } = this.#sent;
    const found = await this.#sent.digest.end();
    if (found !== blob.digest) {
      await cancelUpload(remote, upload);
      await this.#states.remove(blob.digest);
      throw new DamagedError(blob.content.name, blob.digest, found);
    }
    const target = closing(upload, blob.digest);
    const answer = await persist(
      () => remote.client.send({ method: "PUT", target, headers: BINARY }),
      remote.waiting,
    );
    if (isFine(answer)) return { kind: "committed" };
    // Our bytes are right, so the registry has others, or has lost some.
    if ([400, 404, 416].includes(answer.status)) return { kind: "lost", why: refused(answer).message };
    throw await this.#refused(answer);
  }

  /** Where it is not the right or the size that is missing, this upload is of no use: the next run begins another. */
  async #refused(answer: Answer): Promise<Error> {
    if (![401, 403, 413].includes(answer.status)) await this.#states.remove(this.#sent.blob.digest);
    return refused(answer);
  }
}
