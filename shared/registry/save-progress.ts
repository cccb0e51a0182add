import type { Part } from "../ports/blobs.ts";
import { type Put, TABLE_LIMITS, type Write } from "../ports/table.ts";
import { advanceSession } from "./advance-session.ts";
import { keys } from "./keyspace.ts";
import { withNumber } from "./number-ranges.ts";
import type { Received } from "./receive-body.ts";
import { done, untilDone } from "./retry.ts";
import { progressAttributes, removedBy, type Standing } from "./upload-progress.ts";
import { expiryAttributes, onlyVersion, type UploadSession } from "./upload-session.ts";
import { faster, idleUntil, LONGEST_UPLOAD, type UploadPorts } from "./uploads.ts";

/** Parts that one transaction records beside the session. */
const PARTS_AT_ONCE = TABLE_LIMITS.transaction - 1;
/** Parts are forgotten only after every session that may name them has ended. */
const PART_LIFE_SECONDS = (2 * LONGEST_UPLOAD) / 1000;

interface Saving {
  readonly standing: Standing;
  /** all that this request has brought, on top of what was acknowledged before it */
  readonly received: Pick<Received, "offset" | "hashed" | "parts" | "tail">;
  /** those of its parts that are not recorded yet */
  readonly added: readonly Part[];
}

/**
 * Records how far an upload has come. RANGE_INVALID where another request was faster: what is acknowledged is a new
 * version of the session; what is only kept is none, so that it is in no other request's way.
 */
export async function saveProgress(
  ports: UploadPorts,
  session: UploadSession,
  { standing, received, added }: Saving,
): Promise<void> {
  const { table, clock } = ports;
  const partWrites = added.map((part) => partWrite(session, part, clock.now()));
  while (partWrites.length > PARTS_AT_ONCE) {
    const batch = partWrites.splice(0, PARTS_AT_ONCE);
    await untilDone(clock, async () => {
      const result = await table.transact(batch);
      return result.outcome === "written" ? done(undefined) : result;
    });
  }
  const parts = received.parts.reduce((ranges, { number }) => withNumber(ranges, number), session.parts);
  const progress = progressAttributes(standing, { ...received, parts });
  const set = { ...progress, ...expiryAttributes(idleUntil(ports, session.created)) };
  const change = { set, remove: removedBy(standing, set), beside: partWrites };
  if (standing === "kept") await keepBeside(ports, session, change);
  else if ((await advanceSession(ports, session, change)) === "lost") throw faster();
}

type Change = Omit<Required<Parameters<typeof advanceSession>[2]>, "only">;

async function keepBeside(
  { table, clock }: UploadPorts,
  session: UploadSession,
  { set, remove, beside }: Change,
): Promise<void> {
  const update: Write = {
    op: "update",
    key: keys.session(session.id),
    set,
    remove,
    only: onlyVersion(session),
  };
  await untilDone(clock, async () => {
    const result = await table.transact([...beside, update]);
    if (result.outcome === "condition-failed") throw faster();
    return result.outcome === "written" ? done(undefined) : result;
  });
}

/** Records a part, whether or not it counts yet. */
export function partWrite({ id }: UploadSession, { number, etag, size }: Part, now: number): Put {
  const expires = Math.ceil(now / 1000) + PART_LIFE_SECONDS;
  return { op: "put", key: keys.part(id, number), attributes: { etag, size, expires } };
}
