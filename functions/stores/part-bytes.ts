import { Readable } from "node:stream";
import { BLOB_LIMITS, type ByteStream, type PartLength } from "../../shared/ports/blobs.ts";
import { LARGEST_PLANNED_PART } from "../../shared/registry/part-plan.ts";
import { checkPartSize } from "../../shared/stores/blob-limits.ts";
import { gather } from "../../shared/stores/chunks.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { bodyOf } from "./s3-requests.ts";

/**
 * bytes: a larger part is sent as it comes. Then it can't be sent again, nor its hash be signed before it; only objects
 * of more than 1.09 TiB have such parts, and they would not fit the memory.
 */
const GATHERED = LARGEST_PLANNED_PART + BLOB_LIMITS.minPart;

export interface PartBytes {
  readonly Body: Uint8Array | Readable;
  readonly ContentLength?: number;
  /** bytes, once it was sent */
  readonly size: () => number;
  /** gives the memory back */
  readonly release: () => void;
}

/** A part as S3 takes it: of known length. `memory` bounds what all parts of this process hold together. */
export async function partBytes(
  body: ByteStream,
  length: PartLength | undefined,
  memory: ByteBudget | undefined,
): Promise<PartBytes> {
  if (length?.kind === "exact" && length.bytes > GATHERED) return streamed(body, length.bytes);
  if (!length || !memory) {
    const { size, chunks } = await gather(body, checkPartSize);
    return { Body: bodyOf(chunks), size: () => size, release: () => {} };
  }
  const release = await memory.take(length.bytes);
  try {
    const Body = await filled(body, length.bytes);
    return { Body, size: () => Body.length, release };
  } catch (cause) {
    release();
    throw cause;
  }
}

function streamed(body: ByteStream, bytes: number): PartBytes {
  let size = 0;
  async function* counted() {
    for await (const chunk of body) {
      size += chunk.length;
      yield chunk;
    }
  }
  const Body = Readable.from(counted(), { objectMode: false });
  return { Body, ContentLength: bytes, size: () => size, release: () => Body.destroy() };
}

/** All of `body`, at most so many bytes, copied into one piece: what the socket gave is free at once. */
async function filled(body: ByteStream, most: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(most);
  let size = 0;
  for await (const chunk of body) {
    bytes.set(chunk, size);
    size += chunk.length;
  }
  return bytes.subarray(0, size);
}
