import type { Algorithm } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import {
  BLOB_LIMITS,
  BlobStoreUnavailableError,
  type ByteStream,
  type Multipart,
  type Part,
} from "../ports/blobs.ts";
import { type BodyHash, noHash, resumedHash, wholeHash } from "./body-hash.ts";
import { ByteSource } from "./byte-source.ts";
import { freshKey } from "./keyspace.ts";
import { announced, type Meter, measured, untilBroken } from "./measured-body.ts";
import type { Chunk } from "./registry.ts";
import { createSignOfLife, keepingAlive } from "./signs-of-life.ts";
import { type Keep, MultipartGoneError, storeParts } from "./store-parts.ts";
import type { Hashed, Tail } from "./upload-progress.ts";
import type { UploadSession } from "./upload-session.ts";
import { faster, readAgain, type UploadPorts } from "./uploads.ts";

/** What a body left in the blob store. None of it counts before the session says so. */
export interface Received {
  /** bytes 0 to here are stored */
  readonly offset: number;
  readonly hashed: Hashed;
  /** new parts, on top of those that the session lists */
  readonly parts: readonly Part[];
  readonly multipart: Multipart | undefined;
  readonly tail: Tail | undefined;
  /** the parts could not be added: the store says that the multipart upload was completed, or ended, before */
  readonly gone: boolean;
  /** what the body threw before its end, where what came before it was to be kept */
  readonly broken?: { readonly cause: unknown };
}

interface Receive {
  readonly session: UploadSession;
  readonly chunk: Chunk;
  /** the closing PUT: nothing comes after it, and it says which digest is wanted */
  readonly last?: Algorithm;
  /** for a body of which all that came is to be kept, though it breaks off, or this process does */
  readonly keep?: Keep;
}

/** RANGE_INVALID where the chunk does not begin where the last one ended, SIZE_INVALID where it contradicts itself. */
export function requireFit({ offset }: UploadSession, { range, length }: Chunk): void {
  if (!range) return;
  if (range.first !== offset) throw new OciError("RANGE_INVALID", { expected: offset, got: range.first });
  const size = range.last - range.first + 1;
  if (length !== undefined && length !== size) throw new OciError("SIZE_INVALID", { range: size, length });
}

/**
 * Streams a body into the store: what is shorter than a part becomes an object of its own (the tail), longer bodies
 * become parts. A body that is shorter or longer than its range leaves nothing that counts, and so does one that throws,
 * unless what came of it is to be kept.
 */
export async function receive(
  ports: UploadPorts,
  { session, chunk: sent, last, keep }: Receive,
): Promise<Received> {
  const chunk = { ...sent, body: keepingAlive(sent.body, createSignOfLife(ports, session)) };
  const hash = await hashFor(session, chunk, last);
  const meter: Meter = { count: 0, broken: undefined };
  const input = new ByteSource(measured(keep ? untilBroken(chunk, meter) : chunk, hash, meter));
  try {
    if (!(await input.has(1))) return unchanged(session, hash, meter);
    if (session.tail) input.prepend(await readTail(ports, session, session.tail));
    const stored = (await input.has(BLOB_LIMITS.minPart))
      ? await storeOrDrain(ports, { session, input, expected: expectedOf(session, chunk), keep })
      : {
          parts: [],
          multipart: session.multipart,
          tail: await storeTail(ports, session, input),
          gone: false,
        };
    return { ...stored, offset: session.offset + meter.count, hashed: hash.end(), ...brokenOf(meter) };
  } finally {
    await input.close();
  }
}

const brokenOf = ({ broken }: Meter): Pick<Received, "broken"> => (broken ? { broken } : {});

/** The bytes that are to be stored, where the client has said how many it sends. */
function expectedOf({ tail }: UploadSession, chunk: Chunk): number | undefined {
  const sent = announced(chunk);
  return sent === undefined ? undefined : sent + (tail?.size ?? 0);
}

/** Where the multipart upload is gone, the body is still read to its end: its length and digest tell what was completed. */
async function storeOrDrain(ports: UploadPorts, wanted: Parameters<typeof storeParts>[1]) {
  try {
    return { ...(await storeParts(ports, wanted)), tail: undefined, gone: false };
  } catch (cause) {
    if (!(cause instanceof MultipartGoneError)) throw cause;
    while (await wanted.input.take(BLOB_LIMITS.minPart));
    return { parts: [], multipart: cause.multipart, tail: undefined, gone: true };
  }
}

/** An empty body changes nothing, but for an empty blob, whose hash is only known now. */
function unchanged(
  { offset, hashed, multipart, tail }: UploadSession,
  hash: BodyHash,
  meter: Meter,
): Received {
  const known = offset === 0 ? hash.end() : hashed;
  return { offset, hashed: known, parts: [], multipart, tail, gone: false, ...brokenOf(meter) };
}

async function hashFor(
  { offset, algorithm, hashed }: UploadSession,
  { range }: Chunk,
  last: Algorithm | undefined,
): Promise<BodyHash> {
  if (offset === 0 && (last !== undefined || !range)) return wholeHash(last ?? algorithm);
  if (offset === 0) return resumedHash(algorithm, undefined);
  return hashed.kind === "state" ? resumedHash(algorithm, hashed.state) : noHash;
}

/** Shorter than a part, so it fits memory. */
async function readTail(
  ports: UploadPorts,
  session: UploadSession,
  tail: Tail,
): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const bytes of await openTail(ports, session, tail)) chunks.push(bytes);
  return chunks;
}

/** BLOB_UPLOAD_UNKNOWN or RANGE_INVALID where another request has ended the upload or gone on, and removed the tail. */
export async function openTail(
  ports: UploadPorts,
  session: UploadSession,
  { key }: Tail,
): Promise<ByteStream> {
  const stream = await ports.blobs.read(key);
  if (stream) return stream;
  const { version } = await readAgain(ports, session);
  if (version !== session.version) throw faster();
  throw new BlobStoreUnavailableError(`the end of the upload, '${key}', is gone`);
}

async function storeTail(
  { blobs, clock }: UploadPorts,
  { id }: UploadSession,
  input: ByteSource,
): Promise<Tail> {
  const { key, size } = await blobs.put(freshKey(clock, id), input.rest());
  return { key, size };
}
