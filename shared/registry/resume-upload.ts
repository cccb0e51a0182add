import { advanceSession } from "./advance-session.ts";
import { ByteSource } from "./byte-source.ts";
import { removeReplaced } from "./discard.ts";
import type { Chunk } from "./registry.ts";
import { onlyKept, progressAttributes, removedBy } from "./upload-progress.ts";
import type { UploadSession } from "./upload-session.ts";
import { readAgain, type UploadPorts } from "./uploads.ts";

interface Resumed {
  readonly session: UploadSession;
  readonly chunk: Chunk;
}

/**
 * The session that a chunk goes on with. A client that asked where its upload stands, after a request of it broke off,
 * goes on behind what was kept: it says so by the place of its chunk, or it has nothing more to send. Whoever sends bytes
 * without a place has not asked and sends all of them again, so they follow what was acknowledged. Where another request
 * was faster, it goes on with what that one has left. BLOB_UPLOAD_UNKNOWN where the upload has ended.
 */
export async function resumed(ports: UploadPorts, { session, chunk: sent }: Resumed): Promise<Resumed> {
  const { kept } = session;
  if (!kept || session.joined) return { session, chunk: sent };
  const chunk = sent.range || sent.length !== undefined ? sent : await lookedInto(sent);
  const goesOn = chunk.range ? chunk.range.first === kept.offset : chunk.length === 0;
  if (!goesOn) return { session, chunk };
  const set = progressAttributes("acknowledged", kept);
  const remove = removedBy("acknowledged", set);
  const version = await advanceSession(ports, session, { set, remove, only: onlyKept(kept) });
  if (version === "lost") return resumed(ports, { session: await readAgain(ports, session), chunk });
  await removeReplaced(ports.blobs, [session.tail], [kept.tail]);
  return { session: { ...session, ...kept, kept: undefined, version }, chunk };
}

/** An empty body needs no Content-Length (RFC 9112, 6.3): curl sends none. */
async function lookedInto(chunk: Chunk): Promise<Chunk> {
  const source = new ByteSource(chunk.body);
  const isEmpty = !(await source.has(1));
  return { ...chunk, body: restOf(source), ...(isEmpty && { length: 0 }) };
}

async function* restOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  try {
    yield* source.rest();
  } finally {
    await source.close();
  }
}
