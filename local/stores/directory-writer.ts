import { join } from "node:path";
import type { ByteStream } from "../../shared/ports/blobs.ts";
import { checkPartSize } from "../../shared/stores/blob-limits.ts";
import type { FileSystem, NewFile } from "./file-system.ts";

/** A write goes out when it has so many bytes … */
const BATCH_BYTES = 1024 * 1024;
/** … or so many chunks: a small one may be a view into a large buffer, which it keeps alive. */
const BATCH_CHUNKS = 64;

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

/** Receives one batch while the one before is written. */
async function writeBody(file: NewFile, body: ByteStream): Promise<number> {
  let batch: Uint8Array[] = [];
  let received = 0;
  let handedOver = 0;
  let writing = Promise.resolve();
  try {
    for await (const chunk of body) {
      batch.push(chunk);
      received += chunk.byteLength;
      checkPartSize(received);
      if (received - handedOver < BATCH_BYTES && batch.length < BATCH_CHUNKS) continue;
      await writing;
      writing = file.write(batch, handedOver);
      // Its failure is seen where it is awaited, which may be a while from now.
      writing.catch(() => {});
      batch = [];
      handedOver = received;
    }
    await writing;
    if (received > handedOver) await file.write(batch, handedOver);
    return received;
  } finally {
    await Promise.allSettled([writing]);
  }
}
