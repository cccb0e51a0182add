import { BlobStoreUnavailableError, type Blobs } from "../ports/blobs.ts";
import { StoreUnavailableError } from "../ports/table.ts";
import { keys } from "./keyspace.ts";
import type { Ports } from "./ports.ts";
import type { Received } from "./receive-body.ts";
import type { Tail } from "./upload-progress.ts";
import { parseSession, type UploadSession } from "./upload-session.ts";

/**
 * Takes away what a refused request has stored, unless the session names it: the table may have recorded it and lost the
 * answer, and the client gone on from there, even to the blob. What can't be removed now, the sweep finds later.
 */
export async function discard(
  ports: Ports,
  { before, received: { tail } }: { readonly before: UploadSession; readonly received: Received },
): Promise<void> {
  if (!tail || tail.key === before.tail?.key) return;
  if (!(await isNamed(ports, before, tail))) await removeQuietly(ports.blobs, tail.key);
}

/** Also where nobody can say. */
async function isNamed({ table }: Ports, { id }: UploadSession, { key }: Tail): Promise<boolean> {
  try {
    const item = await table.get(keys.session(id), "strong");
    if (!item) return true;
    const { tail, kept } = parseSession(id, item);
    return tail?.key === key || kept?.tail?.key === key;
  } catch (cause) {
    if (!(cause instanceof StoreUnavailableError)) throw cause;
    return true;
  }
}

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
