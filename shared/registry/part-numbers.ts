import { OciError } from "../oci/errors.ts";
import { BLOB_LIMITS, type Multipart } from "../ports/blobs.ts";
import type { Attributes, Update } from "../ports/table.ts";
import { keys } from "./keyspace.ts";
import { done, untilDone } from "./retry.ts";
import { expiryAttributes, onlyOpen, type UploadSession } from "./upload-session.ts";
import { faster, idleUntil, readAgain, type UploadPorts, unknownUpload } from "./uploads.ts";

export interface PartNumbers {
  readonly multipart: Multipart;
  /** A number that no other request was or will be given. SIZE_INVALID where all are used up. */
  readonly next: () => Promise<number>;
}

/**
 * Hands out part numbers of the session's multipart upload, which it begins where there is none. Reserving comes
 * before using: two requests on one session must never write the same part. BLOB_UPLOAD_UNKNOWN where it has ended.
 */
export async function createPartNumbers(
  ports: UploadPorts,
  session: UploadSession,
  wanted: Wanted,
): Promise<PartNumbers> {
  const begun = session.multipart
    ? { multipart: session.multipart, ready: { from: 0, to: 0 } }
    : await beginMultipart(ports, session, wanted);
  let { from, to } = begun.ready;
  return {
    multipart: begun.multipart,
    next: async () => {
      if (from === to) ({ from, to } = await reserve(ports, session, wanted));
      if (from > BLOB_LIMITS.parts) {
        throw new OciError("SIZE_INVALID", { reason: "the upload has too many parts; send larger chunks" });
      }
      from += 1;
      return from - 1;
    },
  };
}

interface Wanted {
  /** of the object that a new multipart upload makes */
  readonly key: string;
  /** numbers to reserve at once; those that stay unused are lost */
  readonly count: number;
}

interface Reserved {
  readonly from: number;
  /** exclusive */
  readonly to: number;
}

/** A sign of life, too: a long body may bring parts for longer than an upload may be idle. */
const reservation = (ports: UploadPorts, { id, created }: UploadSession, { count }: Wanted) =>
  ({
    op: "update",
    key: keys.session(id),
    set: expiryAttributes(idleUntil(ports, created)),
    add: { nextPart: count },
  }) as const satisfies Update;

function reservedOf({ nextPart }: Attributes, { count }: Wanted): Reserved {
  const to = Number(nextPart);
  return { from: to - count, to };
}

const reserve = (ports: UploadPorts, session: UploadSession, wanted: Wanted): Promise<Reserved> =>
  untilDone(ports.clock, async () => {
    const result = await ports.table.write({ ...reservation(ports, session, wanted), only: [onlyOpen] });
    if (result.outcome === "condition-failed") throw unknownUpload(session.id);
    return result.outcome === "written" ? done(reservedOf(result.attributes, wanted)) : result;
  });

/** Of two requests that begin at once, one's multipart upload is taken by both. */
async function beginMultipart(ports: UploadPorts, session: UploadSession, wanted: Wanted) {
  const { table, blobs, clock } = ports;
  const own = await blobs.createMultipart(wanted.key);
  const begun = await untilDone(clock, async () => {
    const reserving = reservation(ports, session, wanted);
    const result = await table.write({
      ...reserving,
      set: { ...reserving.set, multipartKey: own.key, multipartId: own.id },
      only: [onlyOpen, { kind: "lacks", attribute: "multipartKey" }],
    });
    if (result.outcome === "written") {
      return done({ multipart: own, ready: reservedOf(result.attributes, wanted) });
    }
    if (result.outcome !== "condition-failed") return result;
    const { multipart, numbered } = await readAgain(ports, session);
    if (numbered) throw faster();
    return multipart ? done({ multipart, ready: { from: 0, to: 0 } }) : result;
  });
  if (begun.multipart.id !== own.id) await blobs.abortMultipart(own);
  return begun;
}
