import { Readable } from "node:stream";
import {
  BLOB_LIMITS,
  BlobStoreUnavailableError,
  type ByteStream,
  type PartLength,
} from "../../shared/ports/blobs.ts";
import { LARGEST_PLANNED_PART } from "../../shared/registry/part-plan.ts";
import { checkPartSize } from "../../shared/stores/blob-limits.ts";
import { gather } from "../../shared/stores/chunks.ts";
import type { PartMemory } from "./part-memory.ts";
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
  /** aborted, with its reason, where the body fails while it is sent */
  readonly failing?: AbortSignal;
  /** Gives the memory back: to the next part, where S3 has taken all of this one. */
  readonly release: (outcome: "taken" | "failed") => void;
}

/** A part as S3 takes it: of known length. `memory` bounds what all parts of this process hold together. */
export async function partBytes(
  body: ByteStream,
  length: PartLength | undefined,
  memory: PartMemory | undefined,
): Promise<PartBytes> {
  if (length?.kind === "exact" && length.bytes > GATHERED) return streamed(body, length.bytes);
  if (!length || !memory) {
    const { size, chunks } = await gather(body, checkPartSize);
    return { Body: bodyOf(chunks), size: () => size, release: () => {} };
  }
  const most = length.kind === "exact" ? length.bytes + BLOB_LIMITS.minPart : length.bytes;
  const space = await memory.take(most);
  try {
    const Body = await filled(body, space.bytes);
    const release: PartBytes["release"] = (outcome) => (outcome === "taken" ? space.reuse() : space.drop());
    return { Body, size: () => Body.length, release };
  } catch (cause) {
    space.reuse();
    throw cause;
  }
}

function streamed(body: ByteStream, bytes: number): PartBytes {
  let size = 0;
  async function* counted() {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > bytes) break;
      yield chunk;
    }
    // Else S3 would wait for what never comes, or take what is too much for the next request on the connection.
    if (size !== bytes)
      throw new BlobStoreUnavailableError("the client broke off in a part that is sent as it comes");
  }
  const Body = Readable.from(counted(), { objectMode: false });
  const failing = new AbortController();
  // The SDK pipes it, which hands on no error; one that nobody hears ends the process.
  Body.once("error", (cause) => failing.abort(cause));
  return {
    Body,
    ContentLength: bytes,
    size: () => size,
    failing: failing.signal,
    release: () => Body.destroy(),
  };
}

/** All of `body`, copied into one piece: what the socket gave is free at once. */
async function filled(body: ByteStream, bytes: Buffer): Promise<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    bytes.set(chunk, size);
    size += chunk.length;
  }
  return bytes.subarray(0, size);
}
