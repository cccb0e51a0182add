import { algorithmOf, type Digest } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import { BlobRuleError, type Multipart, type Part } from "../ports/blobs.ts";
import { numberOf, textOf } from "./attributes.ts";
import { digestOfState } from "./body-hash.ts";
import { createHasher, digestOfHash } from "./digests.ts";
import { freshKey, ranges } from "./keyspace.ts";
import type { StoredObject } from "./links.ts";
import { includesNumber } from "./number-ranges.ts";
import { createPartNumbers } from "./part-numbers.ts";
import { itemsOf } from "./read-table.ts";
import { openTail, type Received } from "./receive-body.ts";
import { awaited } from "./retry.ts";
import { MultipartGoneError, uploadPart } from "./store-parts.ts";
import type { Tail } from "./upload-progress.ts";
import type { UploadSession } from "./upload-session.ts";
import { readAgain, type UploadPorts, unknownUpload } from "./uploads.ts";

/** The bytes of an upload as one object; `fresh` unless an earlier request may have made it. */
export interface Assembled {
  readonly object: StoredObject;
  readonly fresh: boolean;
}

/**
 * Makes one object of what an upload has received, without copying: a short blob is its tail already, a longer one
 * needs its parts joined. BLOB_UPLOAD_UNKNOWN where the store has lost it. `isAlone`: no other request has begun to join.
 */
export async function assemble(
  ports: UploadPorts,
  session: UploadSession,
  { received, isAlone }: { readonly received: Received; readonly isAlone: boolean },
): Promise<Assembled> {
  const { offset: size, multipart, tail, gone } = received;
  const hasParts = session.parts.length > 0 || received.parts.length > 0;
  const lost = unknownUpload(session.id);
  if (gone && multipart) return findCompleted(ports, session, { multipart, size, refusal: lost, isAlone });
  if (hasParts && multipart) return join(ports, session, { ...received, multipart, isAlone });
  if (tail) return { object: tail, fresh: true };
  if (size > 0) throw new Error(`the upload ${session.id} has neither parts nor a tail`);
  const { key } = await ports.blobs.put(freshKey(ports.clock, session.id), nothing());
  return { object: { key, size: 0 }, fresh: true };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

type Joinable = Received & { readonly multipart: Multipart; readonly isAlone: boolean };

async function join(ports: UploadPorts, session: UploadSession, received: Joinable): Promise<Assembled> {
  const { multipart, tail, offset: size, isAlone } = received;
  let refusal: Error = unknownUpload(session.id);
  try {
    const parts = [...(await savedParts(ports, session)), ...received.parts];
    const last = tail ? [await tailPart(ports, session, tail)] : [];
    const result = await ports.blobs.completeMultipart(multipart, [...parts, ...last]);
    if (result.outcome === "completed") return { object: { key: multipart.key, size }, fresh: true };
  } catch (cause) {
    if (cause instanceof BlobRuleError) {
      // A store may miss parts that it joins for another request just now.
      refusal = session.numbered ? sentTwice(cause) : cause;
      if (isAlone && !(await hasCompany(ports, session))) throw refusal;
    } else if (!(cause instanceof MultipartGoneError)) throw cause;
  }
  return findCompleted(ports, session, { multipart, size, refusal, isAlone });
}

/** Whoever would join writes a new version before. */
async function hasCompany(ports: UploadPorts, session: UploadSession): Promise<boolean> {
  const { version } = await readAgain(ports, session);
  return version !== session.version;
}

/** Two requests sent different bytes under one number, and not in the order in which they were recorded. */
const sentTwice = (cause: BlobRuleError): OciError =>
  new OciError("BLOB_UPLOAD_INVALID", { reason: "a part was sent twice at once: begin again" }, { cause });

interface Sought {
  readonly multipart: Multipart;
  /** bytes */
  readonly size: number;
  /** thrown where the object is not there */
  readonly refusal: Error;
  readonly isAlone: boolean;
}

/**
 * Another request may have joined the parts: its answer was lost, or it still runs. Then a store may know neither the
 * upload any more nor the object yet. BLOB_UPLOAD_UNKNOWN where the upload has ended meanwhile, or the object is another.
 */
async function findCompleted(
  ports: UploadPorts,
  session: UploadSession,
  { multipart: { key }, size, refusal, isAlone }: Sought,
): Promise<Assembled> {
  const whose = isAlone && !(await hasCompany(ports, session)) ? "afterOneself" : "afterAnother";
  const found = await awaited(ports.clock, whose, async () => {
    const there = await ports.blobs.head(key);
    if (there === undefined) await readAgain(ports, session);
    return there;
  });
  if (found === undefined) throw refusal;
  if (found !== size) throw unknownUpload(session.id);
  return { object: { key, size }, fresh: false };
}

/** Those of the parts that count which were recorded, by their number. */
export async function savedParts(
  { table }: UploadPorts,
  { id, parts }: UploadSession,
): Promise<readonly Part[]> {
  const saved: Part[] = [];
  if (parts.length === 0) return saved;
  const range = ranges.parts(id);
  for await (const item of itemsOf(table, range, 1000)) {
    const number = Number(item.sk.slice(range.prefix.length));
    if (!includesNumber(parts, number)) continue;
    saved.push({ number, etag: textOf(item, "etag"), size: numberOf(item, "size") });
  }
  return saved;
}

/** The last part of a multipart upload may be of any size. */
async function tailPart(ports: UploadPorts, session: UploadSession, tail: Tail): Promise<Part> {
  const wanted = { key: freshKey(ports.clock, session.id), count: 1 };
  const { multipart, next } = await createPartNumbers(ports, session, wanted);
  const body = await openTail(ports, session, tail);
  const length = { kind: "exact", bytes: tail.size } as const;
  return uploadPart(ports.blobs, { multipart, number: await next(), body, length });
}

/** The digest of an upload, as far as the hashes of its requests tell it. */
export async function knownDigest(
  { algorithm }: UploadSession,
  { hashed }: Received,
  wanted: Digest,
): Promise<Digest | undefined> {
  if (hashed.kind === "digest" && algorithmOf(hashed.digest) === algorithmOf(wanted)) return hashed.digest;
  if (hashed.kind === "state" && algorithm === algorithmOf(wanted))
    return digestOfState(algorithm, hashed.state);
  return undefined;
}

export interface ObjectRead {
  readonly digest: Digest;
  /** bytes */
  readonly size: number;
}

/** Reads the whole object once: for what no hash has covered from its first byte to its last. */
export async function readObject(
  { blobs }: UploadPorts,
  key: string,
  wanted: Digest,
): Promise<ObjectRead | undefined> {
  const stream = await blobs.read(key);
  if (!stream) return undefined;
  const hash = createHasher(algorithmOf(wanted));
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: digestOfHash(algorithmOf(wanted), hash), size };
}
