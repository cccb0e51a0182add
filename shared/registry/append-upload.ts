import { OciError } from "../oci/errors.ts";
import type { Part } from "../ports/blobs.ts";
import { TABLE_LIMITS, type Write } from "../ports/table.ts";
import { advanceSession } from "./advance-session.ts";
import { discard, removeQuietly } from "./discard.ts";
import { keys } from "./keyspace.ts";
import { withNumber } from "./number-ranges.ts";
import { type Received, receive, requireFit } from "./receive-body.ts";
import type { Registry } from "./registry.ts";
import { done, untilDone } from "./retry.ts";
import { progressAttributes, progressRemovals, type UploadSession } from "./upload-session.ts";
import { findOpenSession, idleUntil, LONGEST_UPLOAD, type UploadPorts, unknownUpload } from "./uploads.ts";

/** Parts that one transaction records beside the session. */
const PARTS_AT_ONCE = TABLE_LIMITS.transaction - 1;
/** Parts are forgotten only after every session that may name them has ended. */
const PART_LIFE_SECONDS = (2 * LONGEST_UPLOAD) / 1000;

export const createAppendUpload =
  (ports: UploadPorts): Registry["appendUpload"] =>
  async ({ chunk, ...location }) => {
    const session = await findOpenSession(ports, location);
    const { id } = session;
    if (session.joined) throw unknownUpload(id);
    requireFit(session, chunk);
    const received = await receive(ports, { session, chunk });
    if (received.gone) throw unknownUpload(id);
    try {
      await save(ports, session, received);
    } catch (cause) {
      if (cause instanceof OciError) await discard(ports.blobs, { before: session, received });
      throw cause;
    }
    // Only what is durable elsewhere is taken away: the tail's bytes are in a part now, or in the new tail.
    const old = session.tail;
    if (old && old.key !== received.tail?.key) await removeQuietly(ports.blobs, old.key);
    return { id, offset: received.offset };
  };

/** RANGE_INVALID where another request was faster. */
async function save(ports: UploadPorts, session: UploadSession, received: Received): Promise<void> {
  const { table, clock } = ports;
  const partWrites = received.parts.map((part) => partWrite(session, part, clock.now()));
  while (partWrites.length > PARTS_AT_ONCE) {
    const batch = partWrites.splice(0, PARTS_AT_ONCE);
    await untilDone(clock, async () => {
      const result = await table.transact(batch);
      return result.outcome === "written" ? done(undefined) : result;
    });
  }
  await advanceSession(ports, session, { ...progress(ports, session, received), beside: partWrites });
}

function partWrite({ id }: UploadSession, { number, etag, size }: Part, now: number): Write {
  const expires = Math.ceil(now / 1000) + PART_LIFE_SECONDS;
  return { op: "put", key: keys.part(id, number), attributes: { etag, size, expires } };
}

function progress(ports: UploadPorts, session: UploadSession, received: Received) {
  const { offset, hashed, tail } = received;
  const parts = received.parts.reduce((ranges, { number }) => withNumber(ranges, number), session.parts);
  const until = idleUntil(ports, session.created);
  const set = progressAttributes({ offset, hashed, parts, tail, idleUntil: until });
  return { set, remove: progressRemovals(set) };
}
