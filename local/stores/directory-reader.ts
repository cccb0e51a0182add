import { join } from "node:path";
import { BlobStoreUnavailableError, type ByteRange } from "../../shared/ports/blobs.ts";
import { partName, partsIn } from "./directory-layout.ts";
import type { Trash } from "./directory-trash.ts";
import type { FileSystem, OpenFile } from "./file-system.ts";

/** Bytes of one read, and so of one chunk: large enough to keep the disk busy, small enough to hold two per reader. */
const CHUNK_BYTES = 512 * 1024;

/** A file of an object: `name` is empty where the object is one file. */
interface Piece {
  readonly name: string;
  /** bytes */
  readonly size: number;
}
/** An object as it lies on the disk. */
export interface StoredObject {
  readonly path: string;
  /** bytes */
  readonly size: number;
  readonly pieces: readonly Piece[];
}

/** undefined where there is no object. Opens no part: their names tell their sizes. */
export async function findObject(fs: FileSystem, path: string): Promise<StoredObject | undefined> {
  const found = await fs.stat(path);
  if (found?.kind === "file") return { path, size: found.size, pieces: [{ name: "", size: found.size }] };
  const names = found && (await fs.readDirectory(path));
  if (!names) return undefined;
  const pieces = partsIn(names).map((part) => ({ name: partName(part), size: part.size }));
  return { path, size: pieces.reduce((sum, { size }) => sum + size, 0), pieces };
}

/** What one call reads: `length` bytes of a piece from `position` on. */
interface Step {
  readonly piece: Piece;
  readonly position: number;
  readonly length: number;
}

/** The reads that give the bytes of `range`, in order. */
function* stepsOf(pieces: readonly Piece[], { first, last }: ByteRange): Generator<Step> {
  let start = 0;
  for (const piece of pieces) {
    const end = Math.min(piece.size, last + 1 - start);
    for (let position = Math.max(0, first - start); position < end; position += CHUNK_BYTES) {
      yield { piece, position, length: Math.min(CHUNK_BYTES, end - position) };
    }
    start += piece.size;
  }
}

/** Where the bytes of one read go. */
export type BufferFor = (length: number) => Uint8Array;

/** Never from a pool, so that a consumer may keep the chunk as long as it likes. */
export const freshBuffer: BufferFor = (length) => Buffer.allocUnsafeSlow(length);

/**
 * Two buffers in turn: one is read into while the consumer has the other. For a large object that takes half the work
 * of fresh ones, which the kernel has to clear, and the garbage collector to find.
 */
export function twoBuffers(): BufferFor {
  let [next, other] = [freshBuffer(0), freshBuffer(0)];
  return (length) => {
    [next, other] = [other, next];
    if (other.byteLength < length) other = freshBuffer(length);
    return other.subarray(0, length);
  };
}

interface Reading {
  readonly fs: FileSystem;
  readonly trash: Trash;
  readonly bufferFor: BufferFor;
}

/**
 * The bytes of an object, read one chunk ahead. Opens nothing before it is iterated, and closes what it opened when the
 * consumer stops. Once begun it reads to the end, also when the object is removed meanwhile.
 */
export async function* readObject(
  object: StoredObject,
  range: ByteRange,
  { fs, trash, bufferFor }: Reading,
): AsyncGenerator<Uint8Array> {
  const lease = trash.lease(object.path);
  let open: { piece: Piece; file: OpenFile } | undefined;
  const fileOf = async (piece: Piece): Promise<OpenFile> => {
    if (open?.piece === piece) return open.file;
    await open?.file.close();
    open = undefined;
    const file =
      (await fs.openFile(join(lease.path(), piece.name))) ??
      (await lease.settled().then(() => fs.openFile(join(lease.path(), piece.name))));
    if (!file) throw new BlobStoreUnavailableError("the object was removed before it was read");
    open = { piece, file };
    if (file.size !== piece.size) throw torn(piece, file.size);
    return file;
  };
  let reading: Promise<Uint8Array> | undefined;
  try {
    for (const step of stepsOf(object.pieces, range)) {
      const before = reading && (await reading);
      reading = fileOf(step.piece).then((file) => readStep(file, step, bufferFor(step.length)));
      // Its failure is seen where it is awaited, which is after the consumer has taken the chunk before.
      reading.catch(() => {});
      if (before) yield before;
    }
    if (reading) yield await reading;
  } finally {
    await Promise.allSettled([reading]);
    await open?.file.close();
    await lease.release();
  }
}

async function readStep(
  file: OpenFile,
  { piece, position, length }: Step,
  chunk: Uint8Array,
): Promise<Uint8Array> {
  const read = await file.read(chunk, position);
  if (read < length) throw torn(piece, position + read);
  return chunk;
}

const torn = ({ name, size }: Piece, found: number) =>
  new BlobStoreUnavailableError(
    `a file of the object (${name || "whole"}) has ${found} bytes instead of ${size}`,
  );
