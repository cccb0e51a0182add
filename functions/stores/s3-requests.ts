import type { PartMemory } from "./part-memory.ts";
import type { S3Client } from "./s3-client.ts";

export interface WritableBucket {
  readonly client: S3Client;
  /** its name */
  readonly bucket: string;
  /** for a process that takes several uploads at a time: what their parts may hold of its memory */
  readonly partMemory?: PartMemory | undefined;
}

/** The Content-Type of all that we store. */
export const BYTES = "application/octet-stream";

/** A body of known length, which the SDK can sign and send again; a copy only where it came in pieces. */
export function bodyOf(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  return first && chunks.length === 1 ? first : Buffer.concat(chunks);
}
