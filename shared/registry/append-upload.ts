import { OciError } from "../oci/errors.ts";
import type { Part } from "../ports/blobs.ts";
import { TABLE_LIMITS, type Write } from "../ports/table.ts";
import { discard, removeQuietly } from "./discard.ts";
import { keys } from "./keyspace.ts";
import { withNumber } from "./number-ranges.ts";
import { type Received, receive, requireFit } from "./receive-body.ts";
import type { Registry } from "./registry.ts";
import { done, untilDone } from "./retry.ts";
import {
  onlyVersion,
  parseSession,
  progressAttributes,
  progressRemovals,
  type UploadSession,
} from "./upload-session.ts";
import {
  faster,
  findOpenSession,
  idleUntil,
  LONGEST_UPLOAD,
  type UploadPorts,
  unknownUpload,
} from "./uploads.ts";

/** Parts that one transaction records beside the session. */
const PARTS_AT_ONCE = TABLE_LIMITS.transaction - 1;
/** Parts are forgotten only after every session that may name them has ended. */
const PART_LIFE_SECONDS = (2 * LONGEST_UPLOAD) / 1000;

export const createAppendUpload =
  (ports: UploadPorts): Registry["appendUpload"] =>
  async ({ repo, id, chunk }) => {
    const session = await findOpenSession(ports, { repo, id });
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
  const { id } = session;
  const partWrites = received.parts.map((part) => partWrite(session, part, clock.now()));
  while (partWrites.length > PARTS_AT_ONCE) {
    const batch = partWrites.splice(0, PARTS_AT_ONCE);
    await untilDone(clock, async () => {
      const result = await table.transact(batch);
      return result.outcome === "written" ? done(undefined) : result;
    });
  }
  const writer = clock.newId();
  await untilDone(clock, async () => {
    const result = await table.transact([...partWrites, sessionWrite(ports, { session, received, writer })]);
    if (result.outcome === "written") return done(undefined);
    if (result.outcome === "conflict" || result.outcome === "throttled") return result;
    // Lost to another request, or written although the answer was lost: the session knows.
    const item = await table.get(keys.session(id), "strong");
    if (item?.attributes["writer"] === writer) return done(undefined);
    if (result.outcome === "unknown" && item && parseSession(id, item).version === session.version)
      return result;
    throw faster();
  });
}

function partWrite({ id }: UploadSession, { number, etag, size }: Part, now: number): Write {
  const expires = Math.ceil(now / 1000) + PART_LIFE_SECONDS;
  return { op: "put", key: keys.part(id, number), attributes: { etag, size, expires } };
}

interface Progress {
  readonly session: UploadSession;
  readonly received: Received;
  readonly writer: string;
}

function sessionWrite(ports: UploadPorts, { session, received, writer }: Progress): Write {
  const { offset, hashed, tail } = received;
  const parts = received.parts.reduce((ranges, { number }) => withNumber(ranges, number), session.parts);
  const version = session.version + 1;
  const until = idleUntil(ports, session.created);
  const set = {
    ...progressAttributes({ version, offset, hashed, parts, tail, idleUntil: until }),
    writer,
  };
  return {
    op: "update",
    key: keys.session(session.id),
    set,
    remove: progressRemovals(set),
    only: onlyVersion(session),
  };
}
