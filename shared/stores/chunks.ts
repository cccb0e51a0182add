import type { ByteRange, ByteStream } from "../ports/blobs.ts";

/** Bytes as they came, without a copy. */
export interface Chunks {
  /** bytes */
  readonly size: number;
  readonly chunks: readonly Uint8Array[];
}

/** Reads `body` to its end; `check` may throw when it grows too large. */
export async function gather(body: ByteStream, check: (size: number) => void): Promise<Chunks> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    check(size);
    chunks.push(chunk);
  }
  return { size, chunks };
}

export function join(pieces: readonly Chunks[]): Chunks {
  const size = pieces.reduce((sum, piece) => sum + piece.size, 0);
  return { size, chunks: pieces.flatMap(({ chunks }) => chunks) };
}

/** `range` lies within the bytes. */
export function slice({ chunks }: Chunks, { first, last }: ByteRange): Chunks {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (const chunk of chunks) {
    const piece = chunk.subarray(Math.max(0, first - start), Math.max(0, last + 1 - start));
    if (piece.byteLength > 0) pieces.push(piece);
    start += chunk.byteLength;
  }
  return { size: last + 1 - first, chunks: pieces };
}

export async function* streamOf({ chunks }: Chunks): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
