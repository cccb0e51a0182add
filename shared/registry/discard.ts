import { BlobStoreUnavailableError, type Blobs } from "../ports/blobs.ts";
import type { Received } from "./receive-body.ts";
import type { Tail } from "./upload-progress.ts";
import type { UploadSession } from "./upload-session.ts";

/** Takes away what a refused request has stored. What can't be removed now, the sweep finds later. */
export const discard = (
  blobs: Blobs,
  { before, received }: { readonly before: UploadSession; readonly received: Received },
): Promise<void> => removeReplaced(blobs, [received.tail], [before.tail]);

/** Removes tails that nothing names any more: their bytes are durable elsewhere, or of no use. */
export async function removeReplaced(
  blobs: Blobs,
  tails: readonly (Tail | undefined)[],
  named: readonly (Tail | undefined)[],
): Promise<void> {
  const kept = new Set(named.map((tail) => tail?.key));
  for (const tail of tails) if (tail && !kept.has(tail.key)) await removeQuietly(blobs, tail.key);
}

/** Removes an object that nothing names; where the store can't, the sweep will. */
export async function removeQuietly(blobs: Blobs, key: string): Promise<void> {
  try {
    await blobs.remove(key);
  } catch (cause) {
    if (!(cause instanceof BlobStoreUnavailableError)) throw cause;
  }
}
