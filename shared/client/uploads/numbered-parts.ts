import type { Digest } from "../../oci/digest.ts";
import { isFine, refused } from "../answers.ts";
import type { Outgoing } from "../content.ts";
import { DamagedError } from "../failures.ts";
import { inParallel } from "../in-parallel.ts";
import { type Answer, NoAnswerError } from "../messages.ts";
import { attempt, isTransient, Patience, persist } from "../patience.ts";
import type { Remote } from "../remote.ts";
import type { BlobWatch } from "./blob-sender.ts";
import { digestOfContent } from "./digest-of-content.ts";
import { BINARY, cancelUpload, closing, type NumberedUpload, withQuery } from "./upload.ts";
import type { UploadStates } from "./upload-states.ts";

export interface NumberedParts {
  readonly remote: Remote;
  readonly states: UploadStates;
  /** parts at once */
  readonly width: number;
}

type Outcome = { readonly kind: "committed" } | { readonly kind: "lost"; readonly why: string };

/** How often parts are sent again that the registry has lost. */
const MOST_MENDINGS = 3;

/**
 * Sends the parts of one upload in any order, several at a time (docs/decisions/0015-numbered-parts.md); goes on with those
 * that an earlier run has not brought. The digest is computed beside it, in order.
 */
export async function sendNumbered(
  upload: NumberedUpload,
  blob: Outgoing,
  watch: BlobWatch,
  parts: NumberedParts,
): Promise<Outcome> {
  const reading = new AbortController();
  const found = digestOfContent(blob, reading.signal);
  // Whatever fails first is told; this must not be an unheard rejection then.
  found.catch(() => {});
  try {
    return await sendAll(upload, blob, watch, { ...parts, found });
  } finally {
    // A large blob would be read to its end, and keep the process that long, for an upload that has come to nothing.
    reading.abort();
  }
}

async function sendAll(
  upload: NumberedUpload,
  blob: Outgoing,
  watch: BlobWatch,
  parts: NumberedParts & { readonly found: Promise<Digest> },
): Promise<Outcome> {
  const { remote, states, found } = parts;
  for (let mending = 0; ; mending += 1) {
    const lost = await sendMissing(upload, blob, watch, parts);
    if (lost) return lost;
    if ((await found) !== blob.digest) {
      await cancelUpload(remote, upload);
      await states.remove(blob.digest);
      throw new DamagedError(blob.content.name, blob.digest, await found);
    }
    const answer = await commit(upload, blob, remote);
    if (isFine(answer)) return { kind: "committed" };
    const missing = missingIn(answer);
    if (missing.length === 0 || mending === MOST_MENDINGS) return endOf(answer);
    for (const number of missing) upload.done.delete(number);
  }
}

const countOf = ({ partSize }: NumberedUpload, { content }: Outgoing): number =>
  Math.ceil(content.size / partSize);

async function sendMissing(
  upload: NumberedUpload,
  blob: Outgoing,
  watch: BlobWatch,
  { remote, states, width }: NumberedParts,
): Promise<Outcome | undefined> {
  const missing = Array.from({ length: countOf(upload, blob) }, (_, at) => at + 1).filter(
    (number) => !upload.done.has(number),
  );
  const meter = createMeter(upload, blob, watch);
  const patience = new Patience(remote.waiting);
  let lost: Outcome | undefined;
  await inParallel(missing, { width, stop: () => {} }, async (number) => {
    if (lost) return;
    const why = await sendPart({
      upload,
      blob,
      number,
      remote,
      patience,
      moved: (bytes) => meter.moved(number, bytes),
    });
    if (why !== undefined) {
      lost = { kind: "lost", why };
      return;
    }
    upload.done.add(number);
    meter.moved(number, 0);
    patience.progressed();
    await states.save(blob.digest, upload);
  });
  return lost;
}

/** How much is over there: the parts that were acknowledged, and what has gone out of the others. */
function createMeter({ partSize, done }: NumberedUpload, { content }: Outgoing, watch: BlobWatch) {
  const running = new Map<number, number>();
  const sizeOf = (number: number) => Math.min(partSize, content.size - (number - 1) * partSize);
  return {
    moved: (number: number, bytes: number): void => {
      running.set(number, done.has(number) ? 0 : bytes);
      const acknowledged = [...done].reduce((sum, one) => sum + sizeOf(one), 0);
      watch.at([...running.values()].reduce((sum, one) => sum + one, acknowledged));
    },
  };
}

interface Part {
  readonly upload: NumberedUpload;
  readonly blob: Outgoing;
  readonly number: number;
  readonly remote: Remote;
  readonly patience: Patience;
  readonly moved: (bytes: number) => void;
}

/** Undefined where it is there; else why the upload came to nothing. A part may be sent as often as it takes. */
async function sendPart({
  upload,
  blob,
  number,
  remote,
  patience,
  moved,
}: Part): Promise<string | undefined> {
  const first = (number - 1) * upload.partSize;
  const end = Math.min(first + upload.partSize, blob.content.size);
  const target = withQuery(upload.location, `part=${number}`);
  for (let renewals = 0; ; ) {
    const body = { chunks: metered(blob.content.read(first, end), moved), length: end - first };
    const answer = await attempt(() =>
      remote.client.send({ method: "PATCH", target, headers: BINARY, body }),
    );
    if (answer instanceof NoAnswerError || isTransient(answer)) await patience.failed(answer);
    else if (answer.status === 404) return "the registry does not know it any more";
    else if (isFine(answer)) return undefined;
    // A token that ended meanwhile was renewed by its 401.
    else if (answer.status === 401 && renewals === 0) renewals += 1;
    else throw refused(answer);
  }
}

async function* metered(body: AsyncIterable<Uint8Array>, moved: (bytes: number) => void) {
  let bytes = 0;
  for await (const chunk of body) {
    yield chunk;
    bytes += chunk.length;
    moved(bytes);
  }
}

function commit(upload: NumberedUpload, blob: Outgoing, remote: Remote): Promise<Answer> {
  const target = withQuery(closing(upload, blob.digest), `parts=${countOf(upload, blob)}`);
  return persist(() => remote.client.send({ method: "PUT", target, headers: BINARY }), remote.waiting);
}

/** The parts that the registry says it does not have. */
function missingIn(answer: Answer): readonly number[] {
  if (answer.status !== 400) return [];
  try {
    const { errors } = JSON.parse(answer.body.toString()) as {
      readonly errors: readonly {
        readonly detail?: { readonly missing?: number; readonly parts?: readonly string[] };
      }[];
    };
    const detail = errors[0]?.detail;
    return detail?.missing === undefined ? [] : (detail.parts ?? []).map(Number);
  } catch {
    return [];
  }
}

/** Our bytes are right, so the registry has others, or has lost some. */
function endOf(answer: Answer): Outcome {
  if ([400, 404, 416].includes(answer.status)) return { kind: "lost", why: refused(answer).message };
  throw refused(answer);
}
