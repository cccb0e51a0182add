import type { Multipart } from "../ports/blobs.ts";
import type { Attributes, Update } from "../ports/table.ts";
import { keys } from "./keyspace.ts";
import type { Ports } from "./ports.ts";
import { done, untilDone } from "./retry.ts";
import { onlyOpen, type UploadSession } from "./upload-session.ts";
import { findOpenSession, unknownUpload } from "./uploads.ts";

export interface PartNumbers {
  readonly multipart: Multipart;
  /** A number that no other request was or will be given. */
  readonly next: () => Promise<number>;
}

/**
 * Hands out part numbers of the session's multipart upload, which it begins where there is none. Reserving comes
 * before using: two requests on one session must never write the same part. BLOB_UPLOAD_UNKNOWN where it has ended.
 */
export async function createPartNumbers(
  ports: Ports,
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

const reservation = ({ id }: UploadSession, { count }: Wanted): Pick<Update, "op" | "key" | "add"> => ({
  op: "update",
  key: keys.session(id),
  add: { nextPart: count },
});

function reservedOf({ nextPart }: Attributes, { count }: Wanted): Reserved {
  const to = Number(nextPart);
  return { from: to - count, to };
}

const reserve = ({ table, clock }: Ports, session: UploadSession, wanted: Wanted): Promise<Reserved> =>
  untilDone(clock, async () => {
    const result = await table.write({ ...reservation(session, wanted), only: [onlyOpen] });
    if (result.outcome === "condition-failed") throw unknownUpload(session.id);
    return result.outcome === "written" ? done(reservedOf(result.attributes, wanted)) : result;
  });

/** Of two requests that begin at once, one's multipart upload is taken by both. */
async function beginMultipart(ports: Ports, session: UploadSession, wanted: Wanted) {
  const { table, blobs, clock } = ports;
  const own = await blobs.createMultipart(wanted.key);
  const begun = await untilDone(clock, async () => {
    const result = await table.write({
      ...reservation(session, wanted),
      set: { multipartKey: own.key, multipartId: own.id },
      only: [onlyOpen, { kind: "lacks", attribute: "multipartKey" }],
    });
    if (result.outcome === "written") {
      return done({ multipart: own, ready: reservedOf(result.attributes, wanted) });
    }
    if (result.outcome !== "condition-failed") return result;
    const { multipart } = await findOpenSession(ports, session);
    return multipart ? done({ multipart, ready: { from: 0, to: 0 } }) : result;
  });
  if (begun.multipart.id !== own.id) await blobs.abortMultipart(own);
  return begun;
}
