import type { ByteStream } from "../ports/blobs.ts";
import { keys } from "./keyspace.ts";
import { done, untilDone } from "./retry.ts";
import { expiryAttributes, onlyOpen, type UploadSession } from "./upload-session.ts";
import { idleUntil, type UploadPorts, unknownUpload } from "./uploads.ts";

/** Keeps an upload from expiring while a request of it goes on. BLOB_UPLOAD_UNKNOWN where it has ended. */
export type SignOfLife = () => Promise<void>;

/**
 * One write in half of the time that an upload may be idle, however often it is called: all requests of an upload would
 * meet on its one item. It makes no new version, so it is in no other request's way.
 */
export function createSignOfLife(
  ports: UploadPorts,
  { id, created, idleUntil: until }: UploadSession,
): SignOfLife {
  const { table, clock, uploadIdle } = ports;
  let dueAt = until - uploadIdle / 2;
  return async () => {
    if (clock.now() < dueAt) return;
    await untilDone(clock, async () => {
      const set = expiryAttributes(idleUntil(ports, created));
      const result = await table.write({ op: "update", key: keys.session(id), set, only: [onlyOpen] });
      if (result.outcome === "condition-failed") throw unknownUpload(id);
      return result.outcome === "written" ? done(undefined) : result;
    });
    dueAt = clock.now() + uploadIdle / 2;
  };
}

/** A body whose upload stays alive for as long as it comes. */
export async function* keepingAlive(body: ByteStream, sign: SignOfLife): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    await sign();
    yield chunk;
  }
}
