import { createReadStream } from "node:fs";
import type { Content } from "../../shared/client/content.ts";
import { Complaint, causeOf } from "../complaint.ts";

/** Bytes on disk: a whole file, or an entry of an archive. */
export interface Stretch {
  readonly path: string;
  /** where it begins in the file */
  readonly start: number;
  /** bytes */
  readonly size: number;
}

/** As what is pushed. */
export const contentOfStretch = (stretch: Stretch): Content => ({
  name: stretch.path,
  size: stretch.size,
  read: (first, end) => readStretch(stretch, first, end),
});

const READ_BYTES = 256 * 1024;

/** The bytes from `first` on, up to and without `end`. Complaint where they can't be read, or are not there any more. */
export async function* readStretch(
  { path, start, size }: Stretch,
  first = 0,
  end = size,
): AsyncGenerator<Uint8Array> {
  if (first >= end) return;
  const stream = createReadStream(path, {
    start: start + first,
    end: start + end - 1,
    highWaterMark: READ_BYTES,
  });
  let left = end - first;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      left -= chunk.length;
      yield chunk;
    }
  } catch (cause) {
    throw new Complaint(`can't read ${path} (${causeOf(cause)})`, { cause });
  }
  if (left > 0) throw new Complaint(`${path} became shorter while it was read`);
}

/** All of a stretch that must not be large. Complaint where it is longer than `most` bytes. */
export async function readWhole(stretch: Stretch, most: number): Promise<Buffer> {
  if (stretch.size > most) throw new Complaint(`${stretch.path} holds a document of more than ${most} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of readStretch(stretch)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
