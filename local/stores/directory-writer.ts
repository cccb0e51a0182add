import { join } from "node:path";
import type { ByteStream } from "../../shared/ports/blobs.ts";
import { checkPartSize } from "../../shared/stores/blob-limits.ts";
import type { FileSystem, NewFile } from "./file-system.ts";

/** A write goes out when it has so many bytes … */
const BATCH_BYTES = 1024 * 1024;
/** … or so many chunks: a small one may be a view into a large buffer, which it keeps alive. */
const BATCH_CHUNKS = 64;
/** Every so many bytes an fsync begins while receiving goes on, so that the last one has little left to do. */
const FLUSH_BYTES = 32 * 1024 * 1024;

export interface Written {
  readonly path: string;
  /** bytes */
  readonly size: number;
}

/** Writes a body to a new file in a directory for temporary files; leaves none behind where it fails. */
export type WriteTemporary = (body: ByteStream) => Promise<Written>;

export function createWriteTemporary(fs: FileSystem, directory: string, newId: () => string): WriteTemporary {
  return async (body) => {
    const path = join(directory, newId());
    const file = await fs.createFile(path);
    try {
      const size = await writeDurably(file, body);
      return { path, size };
    } catch (error) {
      // A file whose fsync failed is never tried again: the kernel may have dropped its bytes and call them clean.
      await fs.removeFile(path).catch(() => "left for the next start");
      throw error;
    }
  };
}

async function writeDurably(file: NewFile, body: ByteStream): Promise<number> {
  try {
    const size = await writeBody(file, body);
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

/** Receives one batch while the one before is written, and writes to the disk early what is there. */
async function writeBody(file: NewFile, body: ByteStream): Promise<number> {
  const pen = createPen(file);
  let batch: Uint8Array[] = [];
  let received = 0;
  let handedOver = 0;
  try {
    for await (const chunk of body) {
      batch.push(chunk);
      received += chunk.byteLength;
      checkPartSize(received);
      if (received - handedOver < BATCH_BYTES && batch.length < BATCH_CHUNKS) continue;
      await pen.write(batch, handedOver);
      batch = [];
      handedOver = received;
    }
    await pen.write(batch, handedOver);
    await pen.settled();
    return received;
  } finally {
    // The file may be closed only when nothing works on it any more.
    await pen.settled().catch(() => {});
  }
}

/** Writes one batch in the background: `write` waits for the batch before, and fails where that one did. */
function createPen(file: NewFile) {
  let writing = Promise.resolve();
  let flushing: Promise<void> | undefined;
  let flushed = 0;
  const flush = async () => {
    // Where it fails, `flushing` stays, and so `settled` fails: a later fsync of this file may wrongly succeed.
    await file.sync();
    flushing = undefined;
  };
  return {
    write: async (batch: readonly Uint8Array[], position: number) => {
      await writing;
      if (!flushing && position - flushed >= FLUSH_BYTES) {
        flushed = position;
        flushing = flush();
        flushing.catch(() => {});
      }
      writing = batch.length > 0 ? file.write(batch, position) : Promise.resolve();
      // Its failure is seen where it is awaited, which may be a while from now.
      writing.catch(() => {});
    },
    settled: async () => {
      await Promise.allSettled([writing, flushing]);
      await writing;
      await flushing;
    },
  };
}
