import { BLOB_LIMITS, type Blobs, type ByteStream, type Multipart, type Part } from "../ports/blobs.ts";
import type { ByteSource } from "./byte-source.ts";
import { freshKey } from "./keyspace.ts";
import { createPartNumbers, type PartNumbers } from "./part-numbers.ts";
import { numbersFor, partSize } from "./part-plan.ts";
import type { UploadSession } from "./upload-session.ts";
import type { UploadPorts } from "./uploads.ts";

/** While one part is made durable, the next is already being received. */
const PARTS_IN_FLIGHT = 2;

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
  /** bytes of the body, where the client said it */
  readonly expected: number | undefined;
}

/** Stores all of `input` as parts. Throws a MultipartGoneError, and what the body throws. */
export async function storeParts(
  ports: UploadPorts,
  { session, input, expected }: Input,
): Promise<{ readonly parts: readonly Part[]; readonly multipart: Multipart }> {
  const wanted = { key: freshKey(ports.clock, session.id), count: numbersFor(expected) };
  const numbers = await createPartNumbers(ports, session, wanted);
  const started: Promise<Part>[] = [];
  try {
    while (await input.has(1)) {
      const { upload, taken } = await beginPart(ports.blobs, numbers, { session, input, expected });
      started.push(upload);
      await Promise.race([taken, upload]);
      await started.at(-PARTS_IN_FLIGHT);
    }
    return { parts: await Promise.all(started), multipart: numbers.multipart };
  } finally {
    await Promise.allSettled(started);
  }
}

/** `taken` settles when the part has taken its bytes, so that the next may take its own. */
async function beginPart(blobs: Blobs, numbers: PartNumbers, { input, expected }: Input) {
  const number = await numbers.next();
  const { promise: taken, resolve } = Promise.withResolvers<void>();
  const body = announcing(input.part(partSize(number, expected), BLOB_LIMITS.minPart), resolve);
  return { upload: uploadPart(blobs, { multipart: numbers.multipart, number, body }), taken };
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
  }: { readonly multipart: Multipart; readonly number: number; readonly body: ByteStream },
): Promise<Part> {
  const result = await blobs.uploadPart(multipart, number, body);
  if (result.outcome === "gone") throw new MultipartGoneError(multipart);
  return result.part;
}
