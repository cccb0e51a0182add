import { advanceSession } from "./advance-session.ts";
import { removeReplaced } from "./discard.ts";
import type { Chunk } from "./registry.ts";
import { onlyKept, progressAttributes, removedBy } from "./upload-progress.ts";
import type { UploadSession } from "./upload-session.ts";
import { readAgain, type UploadPorts } from "./uploads.ts";

/**
 * The session that a chunk goes on with. A client that asked where its upload stands, after a request of it broke off,
 * goes on behind what was kept: it says so by the place of its chunk, or it has nothing more to send. Whoever sends bytes
 * without a place has not asked and sends all of them again, so they follow what was acknowledged. Where another request
 * was faster, it goes on with what that one has left. BLOB_UPLOAD_UNKNOWN where the upload has ended.
 */
export async function resumed(
  ports: UploadPorts,
  session: UploadSession,
  chunk: Chunk,
): Promise<UploadSession> {
  const { kept } = session;
  if (!kept || session.joined) return session;
  const goesOn = chunk.range ? chunk.range.first === kept.offset : chunk.length === 0;
  if (!goesOn) return session;
  const set = progressAttributes("acknowledged", kept);
  const remove = removedBy("acknowledged", set);
  const version = await advanceSession(ports, session, { set, remove, only: onlyKept(kept) });
  if (version === "lost") return resumed(ports, await readAgain(ports, session), chunk);
  await removeReplaced(ports.blobs, [session.tail], [kept.tail]);
  return { ...session, ...kept, kept: undefined, version };
}
