import { BlobStoreUnavailableError, type Blobs } from "../ports/blobs.ts";
import type { Received } from "./receive-body.ts";
import type { UploadSession } from "./upload-session.ts";

/** Takes away what a refused request has stored. What can't be removed now, the sweep finds later. */
export async function discard(
  blobs: Blobs,
  { before, received }: { readonly before: UploadSession; readonly received: Received },
): Promise<void> {
  const { tail } = received;
  if (tail && tail.key !== before.tail?.key) await removeQuietly(blobs, tail.key);
}

/** Removes an object that nothing names; where the store can't, the sweep will. */
export async function removeQuietly(blobs: Blobs, key: string): Promise<void> {
  try {
    await blobs.remove(key);
  } catch (cause) {
    if (!(cause instanceof BlobStoreUnavailableError)) throw cause;
  }
}
