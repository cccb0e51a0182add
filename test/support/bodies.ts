import { createHash } from "node:crypto";
import type { BlobSource, ByteRange, ByteStream } from "../../shared/ports/blobs.ts";

/** `size` bytes that no other seed gives, and that tell where they belong. */
export function patterned(size: number, seed: number | string): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  const block = createHash("sha512").update(String(seed)).digest();
  for (let at = 0; at < size; at += block.length) {
    block.writeUInt32LE(at >>> 0, 0);
    block.copy(bytes, at);
  }
  return bytes;
}

/** The bytes in chunks, as a socket would give them. */
export async function* bodyOf(bytes: Uint8Array, chunkSize = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
}

/** Gives the bytes, and then fails with `error`, as a client does who goes away. */
export async function* brokenBody(bytes: Uint8Array, error: Error): AsyncGenerator<Uint8Array> {
  yield* bodyOf(bytes);
  throw error;
}

export async function collect(body: ByteStream): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  // A copy: a chunk may be valid only until the next one is asked for.
  for await (const chunk of body) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

/** What a client gets who follows the source. */
export async function fetchSource(source: BlobSource, range?: ByteRange): Promise<Buffer> {
  if (source.kind === "stream") return collect(source.body);
  const headers = range ? { Range: `bytes=${range.first}-${range.last}` } : undefined;
  const response = await fetch(source.url, headers ? { headers } : {});
  return Buffer.from(await response.arrayBuffer());
}

/** As toEqual, without printing megabytes where it fails. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
