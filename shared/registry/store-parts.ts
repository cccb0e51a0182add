import {
  BLOB_LIMITS,
  type Blobs,
  type ByteStream,
  type Multipart,
  type Part,
  type PartLength,
} from "../ports/blobs.ts";
import type { ByteSource } from "./byte-source.ts";
import { freshKey } from "./keyspace.ts";
import { createPartNumbers, type PartNumbers } from "./part-numbers.ts";
import { numbersFor, partSize } from "./part-plan.ts";
import type { UploadSession } from "./upload-session.ts";
import type { UploadPorts } from "./uploads.ts";

/** While two parts are made durable, the next is already being received: a store takes its time to acknowledge each. */
const PARTS_IN_FLIGHT = 3;
/** So many parts are recorded together while the body still comes: what a killed process costs at most, and little else. */
const PARTS_OF_A_CHECKPOINT = 16;

/** The store no longer knows the multipart upload: completed by a request whose answer was lost, or ended. */
export class MultipartGoneError extends Error {
  override readonly name = "MultipartGoneError";
  readonly multipart: Multipart;

  constructor(multipart: Multipart) {
    super(`multipart upload ${multipart.id} is gone`);
    this.multipart = multipart;
  }
}

interface Input {
  readonly session: UploadSession;
  /** holds at least BLOB_LIMITS.minPart bytes */
  readonly input: ByteSource;
  /** bytes of `input`, where the client said it */
  readonly expected: number | undefined;
  /** for parts that are to count before the last of them has come; what it is told is not answered again */
  readonly keep?: Keep | undefined;
}

/** Records parts that are durable, in the order of their bytes: the upload stands behind them then. */
export type Keep = (stored: {
  readonly parts: readonly Part[];
  readonly multipart: Multipart;
}) => Promise<void>;

/** Stores all of `input` as parts. Throws a MultipartGoneError, and what the body or `keep` throws. */
export async function storeParts(
  ports: UploadPorts,
  { session, input, expected, keep }: Input,
): Promise<{ readonly parts: readonly Part[]; readonly multipart: Multipart }> {
  const wanted = { key: freshKey(ports.clock, session.id), count: numbersFor(expected) };
  const numbers = await createPartNumbers(ports, session, wanted);
  const { multipart } = numbers;
  let started: Promise<Part>[] = [];
  let remaining = expected;
  try {
    while (await input.has(1)) {
      const { upload, taken, size } = await beginPart(ports.blobs, numbers, { input, remaining });
      started.push(upload);
      if (remaining !== undefined) remaining = Math.max(0, remaining - size);
      await Promise.race([taken, upload]);
      await started.at(-PARTS_IN_FLIGHT);
      if (keep && started.length >= PARTS_OF_A_CHECKPOINT + PARTS_IN_FLIGHT) {
        await keep({ parts: await Promise.all(started.slice(0, PARTS_OF_A_CHECKPOINT)), multipart });
        started = started.slice(PARTS_OF_A_CHECKPOINT);
      }
    }
    return { parts: await Promise.all(started), multipart };
  } finally {
    await Promise.allSettled(started);
  }
}

interface Coming {
  readonly input: ByteSource;
  /** bytes of `input`, where they are known */
  readonly remaining: number | undefined;
}

/** `taken` settles when the part has taken its bytes, so that the next may take its own. */
async function beginPart(blobs: Blobs, numbers: PartNumbers, { input, remaining }: Coming) {
  const number = await numbers.next();
  const { multipart } = numbers;
  const size = partSize(number, remaining);
  const { promise: taken, resolve } = Promise.withResolvers<void>();
  const body = announcing(input.part(size, BLOB_LIMITS.minPart), resolve);
  const upload = uploadPart(blobs, { multipart, number, body, length: lengthOf(size, remaining) });
  return { upload, taken, size };
}

/** A part takes what is too short to be the next one with it (ByteSource.part). */
function lengthOf(size: number, remaining: number | undefined): PartLength {
  const most = size + BLOB_LIMITS.minPart - 1;
  if (remaining === undefined) return { kind: "at most", bytes: most };
  return { kind: "exact", bytes: remaining <= most ? remaining : size };
}

async function* announcing(body: ByteStream, end: () => void): ByteStream & AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    end();
  }
}

/** Throws a MultipartGoneError. */
export async function uploadPart(
  blobs: Blobs,
  {
    multipart,
    number,
    body,
    length,
  }: {
    readonly multipart: Multipart;
    readonly number: number;
    readonly body: ByteStream;
    readonly length: PartLength;
  },
): Promise<Part> {
  const result = await blobs.uploadPart(multipart, number, body, length);
  if (result.outcome === "gone") throw new MultipartGoneError(multipart);
  return result.part;
}
