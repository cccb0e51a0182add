import { OciError } from "../oci/errors.ts";
import type { Part } from "../ports/blobs.ts";
import { discard, removeReplaced } from "./discard.ts";
import { type Received, receive, requireFit } from "./receive-body.ts";
import type { Registry } from "./registry.ts";
import { resumed } from "./resume-upload.ts";
import { saveProgress } from "./save-progress.ts";
import type { Keep } from "./store-parts.ts";
import type { UploadSession } from "./upload-session.ts";
import { findOpenSession, type UploadPorts, unknownUpload } from "./uploads.ts";

export const createAppendUpload =
  (ports: UploadPorts): Registry["appendUpload"] =>
  async ({ chunk: sent, ...location }) => {
    const found = await findOpenSession(ports, location);
    const { id } = found;
    if (found.joined) throw unknownUpload(id);
    if (found.numbered)
      throw new OciError("BLOB_UPLOAD_INVALID", { reason: "the parts of this upload are numbered" });
    const { session, chunk } = await resumed(ports, { session: found, chunk: sent });
    requireFit(session, chunk);
    const keeping = createKeeping(ports, session);
    const received = await receive(ports, { session, chunk, keep: keeping.keep });
    if (received.gone) throw unknownUpload(id);
    try {
      await keeping.finish(received);
    } catch (cause) {
      if (cause instanceof OciError) await discard(ports, { before: session, received });
      throw received.broken ? received.broken.cause : cause;
    }
    if (received.broken) throw received.broken.cause;
    return { id, offset: received.offset };
  };

/** Records what a request brings, while it comes and at its end. */
function createKeeping(ports: UploadPorts, before: UploadSession) {
  const parts: Part[] = [];
  const keep: Keep = async (stored) => {
    parts.push(...stored.parts);
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    // No hash can be saved in the middle of one that only tells its end.
    const received = {
      offset: before.offset - (before.tail?.size ?? 0) + size,
      hashed: { kind: "unknown" },
      tail: undefined,
      parts,
    } as const;
    await saveProgress(ports, before, { standing: "kept", received, added: stored.parts });
  };
  const finish = async (received: Received): Promise<void> => {
    const { broken, offset } = received;
    if (broken && offset === before.offset) return;
    const standing = broken ? "kept" : "acknowledged";
    const whole = { ...received, parts: [...parts, ...received.parts] };
    await saveProgress(ports, before, { standing, received: whole, added: received.parts });
    const named = broken ? [before.tail, received.tail] : [received.tail];
    await removeReplaced(ports.blobs, [before.tail, before.kept?.tail], named);
  };
  return { keep, finish };
}
