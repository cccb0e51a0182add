import { OciError } from "../oci/errors.ts";
import { BLOB_LIMITS, type ByteStream, type Multipart, type Part, type PartLength } from "../ports/blobs.ts";
import { advanceSession } from "./advance-session.ts";
import { savedParts } from "./assemble-object.ts";
import { freshKey, keys } from "./keyspace.ts";
import { LARGEST_PLANNED_PART } from "./part-plan.ts";
import type { Chunk, Registry } from "./registry.ts";
import { done, untilDone } from "./retry.ts";
import { partWrite } from "./save-progress.ts";
import { createSignOfLife, keepingAlive, type SignOfLife } from "./signs-of-life.ts";
import { MultipartGoneError, uploadPart } from "./store-parts.ts";
import { progressAttributes, removedBy } from "./upload-progress.ts";
import { expiryAttributes, onlyOpen, type UploadSession } from "./upload-session.ts";
import { findOpenSession, idleUntil, readAgain, type UploadPorts, unknownUpload } from "./uploads.ts";

/**
 * Parts that a client numbers itself and sends in any order, several at a time: an upload that has one takes no chunks
 * that follow each other, and the other way round. No hash can follow them, so the object is read once at the commit.
 */
export const createPutPart =
  (ports: UploadPorts): Registry["putPart"] =>
  async ({ number, chunk, ...location }) => {
    const session = await findOpenSession(ports, location);
    if (session.joined) throw unknownUpload(session.id);
    const multipart = await numberedMultipart(ports, session);
    const sign = createSignOfLife(ports, session);
    await sign();
    const body = keepingAlive(chunk.body, sign);
    const part = await storePart(ports, { session, multipart, number, chunk: { ...chunk, body } });
    await untilDone(ports.clock, async () => {
      const result = await ports.table.write(partWrite(session, part, ports.clock.now()));
      return result.outcome === "written" ? done(undefined) : result;
    });
    await requireAlive(ports, session, sign);
    return { size: part.size };
  };

/**
 * A part is told to be there only while its upload takes parts, and has half of its idle time left at least. The write
 * above can't require it: parts that come at once would be in each other's way.
 */
async function requireAlive(ports: UploadPorts, session: UploadSession, sign: SignOfLife): Promise<void> {
  await sign();
  const { joined } = await readAgain(ports, session);
  if (joined) throw unknownUpload(session.id);
}

const invalid = (reason: string): OciError => new OciError("BLOB_UPLOAD_INVALID", { reason });

/** Begun with the first part, whichever that is. */
async function numberedMultipart(ports: UploadPorts, session: UploadSession): Promise<Multipart> {
  const { table, blobs, clock } = ports;
  if (session.numbered && session.multipart) return session.multipart;
  if (session.multipart || session.tail || session.kept) throw invalid("this upload goes on in order");
  const own = await blobs.createMultipart(freshKey(clock, session.id));
  const begun = await untilDone(clock, async () => {
    const result = await table.write({
      op: "update",
      key: keys.session(session.id),
      // A new version: no chunk that is on its way may count beside numbered parts.
      set: {
        multipartKey: own.key,
        multipartId: own.id,
        numbered: true,
        version: session.version + 1,
        ...expiryAttributes(idleUntil(ports, session.created)),
      },
      only: [
        onlyOpen,
        { kind: "equals", attribute: "version", value: session.version },
        { kind: "lacks", attribute: "multipartKey" },
      ],
    });
    if (result.outcome === "written") return done(own);
    if (result.outcome !== "condition-failed") return result;
    const { numbered, multipart } = await readAgain(ports, session);
    return done(numbered ? multipart : undefined);
  });
  if (begun?.id !== own.id) await blobs.abortMultipart(own);
  if (!begun) throw invalid("this upload goes on in order");
  return begun;
}

interface Numbered {
  readonly session: UploadSession;
  readonly multipart: Multipart;
  readonly number: number;
  readonly chunk: Chunk;
}

async function storePart(
  { blobs }: UploadPorts,
  { session, multipart, number, chunk }: Numbered,
): Promise<Part> {
  const { length } = chunk;
  if (length !== undefined && length > LARGEST_PLANNED_PART) throw tooLarge();
  const known: PartLength =
    length === undefined
      ? { kind: "at most", bytes: LARGEST_PLANNED_PART }
      : { kind: "exact", bytes: length };
  if (length === 0) throw invalid("a part has at least a byte");
  try {
    return await uploadPart(blobs, { multipart, number, body: bounded(chunk.body), length: known });
  } catch (cause) {
    if (cause instanceof MultipartGoneError) throw unknownUpload(session.id);
    throw cause;
  }
}

async function* bounded(body: ByteStream): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LARGEST_PLANNED_PART) throw tooLarge();
    yield chunk;
  }
}

const tooLarge = (): OciError => new OciError("SIZE_INVALID", { most: LARGEST_PLANNED_PART });

/**
 * The session with its numbered parts as what it has received: 1 to `count`, of which none may lack and only the last may
 * be short. BLOB_UPLOAD_INVALID with what lacks; then the upload stays as it was, and takes more parts.
 */
export async function gathered(
  ports: UploadPorts,
  session: UploadSession,
  count: number,
): Promise<UploadSession> {
  // A commit that is repeated finds them gathered.
  if (!session.numbered) throw invalid("no part of this upload has a number");
  if (session.offset > 0) return session;
  const wanted = { ...session, parts: [{ first: 1, last: count }] };
  const parts = await savedParts(ports, wanted);
  requireAll(parts, count);
  const offset = parts.reduce((sum, { size }) => sum + size, 0);
  const progress = { offset, hashed: { kind: "unknown" }, parts: wanted.parts, tail: undefined } as const;
  // What the closing PUT may bring follows the parts that have numbers.
  const set = { ...progressAttributes("acknowledged", progress), nextPart: count + 1 };
  const version = await advanceSession(ports, session, { set, remove: removedBy("acknowledged", set) });
  if (version === "lost") return gathered(ports, await readAgain(ports, session), count);
  return { ...session, ...progress, version };
}

function requireAll(parts: readonly Part[], count: number): void {
  const there = new Set(parts.map(({ number }) => number));
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter((number) => !there.has(number));
  if (missing.length > 0) {
    throw new OciError("BLOB_UPLOAD_INVALID", {
      reason: "parts are missing",
      parts: missing.slice(0, 100).map(String),
      missing: missing.length,
    });
  }
  const short = parts.filter(({ number, size }) => number < count && size < BLOB_LIMITS.minPart);
  if (short.length > 0) {
    throw new OciError("BLOB_UPLOAD_INVALID", {
      reason: `only the last part may have fewer than ${BLOB_LIMITS.minPart} bytes`,
      parts: short.slice(0, 100).map(({ number }) => String(number)),
    });
  }
}
