import { createCipheriv, createHash } from "node:crypto";
import type { Body } from "../../shared/client/messages.ts";

/** Bytes that can be made again from any place on, so that a large blob is never held in memory. */
export interface Content {
  readonly digest: string;
  /** bytes */
  readonly size: number;
  /** the bytes from `first` on, up to and without `end` */
  readonly read: (first?: number, end?: number) => Iterable<Uint8Array>;
}

const BLOCK = 64 * 1024;
const ZEROS = Buffer.alloc(BLOCK);

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** `size` bytes that no other seed gives, and that nothing on the way can compress. */
export function generated(seed: string, size: number): Content {
  const key = createHash("sha256").update(seed).digest();
  const read = (first = 0, end = size) => blocks(key, first, end);
  const hash = createHash("sha256");
  for (const chunk of read()) hash.update(chunk);
  return { digest: `sha256:${hash.digest("hex")}`, size, read };
}

export const contentOf = (bytes: Uint8Array): Content => ({
  digest: sha256(bytes),
  size: bytes.length,
  read: (first = 0, end = bytes.length) => [bytes.subarray(first, end)],
});

export const bytesOf = ({ read }: Content, first?: number, end?: number): Buffer =>
  Buffer.concat([...read(first, end)]);

/** The bytes of a content as a body that says its length. */
export const sized = ({ read }: Content, first: number, end: number): Body => ({
  chunks: read(first, end),
  length: end - first,
});

export const whole = (content: Content): Body => sized(content, 0, content.size);

/** As a body that does not say how long it is. */
export const unsized = ({ read }: Content): Body => ({ chunks: read(), length: "chunked" });

function* blocks(key: Buffer, first: number, end: number): Generator<Uint8Array> {
  for (let at = first - (first % BLOCK); at < end; at += BLOCK) {
    const place = Buffer.alloc(16);
    place.writeBigUInt64BE(BigInt(at / BLOCK), 0);
    const block = createCipheriv("aes-256-ctr", key, place).update(ZEROS);
    yield block.subarray(Math.max(0, first - at), Math.min(BLOCK, end - at));
  }
}
