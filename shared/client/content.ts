import type { Digest } from "../oci/digest.ts";
import type { ByteStream } from "../ports/blobs.ts";

/** Bytes that can be read again from any place on: a file, an entry of an archive, a blob of another registry. */
export interface Content {
  /** for people: where they come from */
  readonly name: string;
  /** bytes */
  readonly size: number;
  /** the bytes from `first` on, up to and without `end` */
  readonly read: (first: number, end: number) => ByteStream;
}

/** A blob that is to be pushed. */
export interface Outgoing {
  readonly digest: Digest;
  readonly content: Content;
}

/** All of a content that is not large. */
export async function readWhole({ read, size }: Content): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  // A chunk may be valid only until the next one is asked for.
  for await (const chunk of read(0, size)) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

/** Bytes in memory as a content. */
export const contentOf = (bytes: Uint8Array, name = "memory"): Content => ({
  name,
  size: bytes.length,
  read: async function* (first, end) {
    if (first < end) yield bytes.subarray(first, end);
  },
});
