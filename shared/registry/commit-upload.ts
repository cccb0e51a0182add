import { algorithmOf, type Digest } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import type { Write } from "../ports/table.ts";
import { advanceSession } from "./advance-session.ts";
import { type Assembled, assemble, knownDigest, type ObjectRead, readObject } from "./assemble-object.ts";
import { discard, removeQuietly } from "./discard.ts";
import { keys } from "./keyspace.ts";
import { linkExisting, linkNew, type StoredObject, storedObject } from "./links.ts";
import { gathered } from "./numbered-parts.ts";
import { nameOf, readAll } from "./read-table.ts";
import { type Received, receive, requireFit } from "./receive-body.ts";
import type { BlobInfo, Registry } from "./registry.ts";
import { createRepo } from "./repositories.ts";
import { resumed } from "./resume-upload.ts";
import { done, type Try, untilDone } from "./retry.ts";
import { isSecretOf } from "./upload-secret.ts";
import { onlyVersion, parseSession, type UploadSession } from "./upload-session.ts";
import { faster, findSession, type UploadPorts, unknownUpload } from "./uploads.ts";

/** An upload on its way to becoming a blob. */
interface Commit {
  session: UploadSession;
  readonly received: Received;
  readonly digest: Digest;
  /** once the bytes are one object */
  assembled: Assembled | undefined;
  /** what that was found to hold, where it had to be read */
  read: ObjectRead | undefined;
  /** whether the hashes of the requests have shown the digest already */
  readonly verified: boolean;
  /** whether this request has closed the upload to more bytes */
  closed: boolean;
  /** no other request has: else the parts that became the object may be those of the other */
  isAlone: boolean;
}

type CommitCall = Omit<Parameters<Registry["commitUpload"]>[0], "caller">;

export const createCommitUpload =
  (ports: UploadPorts): Registry["commitUpload"] =>
  async (call) => {
    try {
      return await commitUpload(ports, call);
    } catch (cause) {
      const blob = cause instanceof OciError ? await committedMeanwhile(ports, call) : undefined;
      if (blob) return blob;
      throw cause;
    }
  };

async function commitUpload(ports: UploadPorts, call: CommitCall): Promise<BlobInfo> {
  const { digest, parts } = call;
  const found = await findSession(ports, call);
  const { state } = found;
  if (state.kind === "committed") return repeated(found, state.digest, digest);
  const going = { session: found, chunk: call.chunk };
  const { session, chunk } =
    parts === undefined
      ? await resumed(ports, going)
      : { ...going, session: await gathered(ports, found, parts) };
  requireFit(session, chunk);
  const received = await receive(ports, { session, chunk, last: algorithmOf(digest) });
  try {
    const known = await knownDigest(session, received, digest);
    if (known && known !== digest) throw wrongDigest(digest, known);
    const commit: Commit = {
      session,
      received,
      digest,
      assembled: undefined,
      read: undefined,
      verified: known === digest,
      closed: false,
      isAlone: !session.joined,
    };
    await untilDone(ports.clock, () => tryLink(ports, commit));
    await discardSpare(ports, commit);
  } catch (cause) {
    if (cause instanceof OciError) await discard(ports, { before: session, received });
    throw cause;
  }
  return { digest, size: received.offset };
}

/** A client that asks again while its first request still runs finds what that one took away: the outcome is the same. */
async function committedMeanwhile(
  { table }: UploadPorts,
  { repo, id, secret, digest }: CommitCall,
): Promise<BlobInfo | undefined> {
  const item = await table.get(keys.session(id), "strong");
  const session = item && parseSession(id, item);
  if (session?.repo !== repo || !isSecretOf(session.secretHash, secret)) return undefined;
  if (session.state.kind !== "committed") return undefined;
  return session.state.digest === digest ? { digest, size: session.offset } : undefined;
}

/** A client that missed the answer asks again. */
function repeated({ id, offset }: UploadSession, committed: Digest, wanted: Digest): BlobInfo {
  if (committed !== wanted) throw unknownUpload(id);
  return { digest: committed, size: offset };
}

const wrongDigest = (expected: Digest, actual: Digest | undefined): OciError =>
  new OciError("DIGEST_INVALID", { expected, ...(actual && { actual }) });

/** Everything is read again, and tells by whom. */
const LOST = { outcome: "condition-failed", failed: [] } as const;

/**
 * One transaction makes the blob visible and ends the upload. Where the digest is stored already, that object is linked
 * and the upload's own bytes are spare. RANGE_INVALID where another request on this upload was faster.
 */
async function tryLink(ports: UploadPorts, commit: Commit): Promise<Try<void>> {
  const { session, received, digest } = commit;
  const { repo, id } = session;
  const found = await readAll(ports.table, [keys.session(id), keys.meta(repo), keys.object(digest)]);
  const item = found.get(nameOf(keys.session(id)));
  const current = item && parseSession(id, item);
  if (current?.state.kind === "committed" && current.state.digest === digest) return done(undefined);
  if (current?.state.kind !== "open") throw unknownUpload(id);
  if (current.version !== session.version) {
    if (!current.joined || current.offset !== session.offset) throw faster();
    // Another commit runs, or was cut short: where both have the same bytes, both have the same outcome.
    commit.session = current;
    commit.isAlone = false;
  }
  const stored = found.get(nameOf(keys.object(digest)));
  const isKnown = stored !== undefined && commit.verified;
  if (!isKnown && received.multipart && !commit.closed && !(await closeToBytes(ports, commit))) return LOST;
  const now = ports.clock.now();
  const links = isKnown
    ? linkExisting({ repo, digest, object: storedObject(stored), now })
    : await linkOwn(ports, commit, stored && storedObject(stored));
  const result = await ports.table.transact([
    committed(commit.session, received.offset, digest),
    ...createRepo(repo, found, now),
    ...links,
  ]);
  return result.outcome === "written" ? done(undefined) : result;
}

const committed = (session: UploadSession, size: number, digest: Digest): Write => ({
  op: "update",
  key: keys.session(session.id),
  set: { state: "committed", committed: digest, offset: size },
  only: onlyVersion(session),
});

async function linkOwn(
  ports: UploadPorts,
  commit: Commit,
  stored: StoredObject | undefined,
): Promise<readonly Write[]> {
  const { session, digest } = commit;
  const object = await verifiedObject(ports, commit);
  const link = { repo: session.repo, digest, now: ports.clock.now() };
  return stored ? linkExisting({ ...link, object: stored }) : linkNew({ ...link, object });
}

/**
 * Joining the parts can't be undone: no request that is still sending bytes may be told that they count. False where
 * another request was faster: to close, too, or with more bytes.
 */
async function closeToBytes(ports: UploadPorts, commit: Commit): Promise<boolean> {
  const { session } = commit;
  const version = await advanceSession(ports, session, { set: { joined: true } });
  if (version === "lost") return false;
  commit.session = { ...session, version, joined: true };
  commit.closed = true;
  return true;
}

/** DIGEST_INVALID where the bytes have another digest; then the upload stays as it was. */
async function verifiedObject(ports: UploadPorts, commit: Commit): Promise<StoredObject> {
  const { session, received, digest, verified, isAlone } = commit;
  commit.assembled ??= await assemble(ports, session, { received, isAlone });
  const { object, fresh } = commit.assembled;
  if (verified && fresh && isAlone) return object;
  commit.read ??= await readObject(ports, object.key, digest);
  if (commit.read?.digest !== digest || commit.read.size !== object.size)
    throw wrongDigest(digest, commit.read?.digest);
  return object;
}

/** Only after the commit, and only what OBJECT does not name. */
async function discardSpare({ table, blobs }: UploadPorts, commit: Commit): Promise<void> {
  const { session, received, digest, assembled } = commit;
  const item = await table.get(keys.object(digest), "strong");
  if (!item) return;
  const { key: kept } = storedObject(item);
  const tails = [session.tail, session.kept?.tail, received.tail].map((tail) => tail?.key);
  const spare = new Set([...tails, assembled?.object.key]);
  for (const key of spare) if (key !== undefined && key !== kept) await removeQuietly(blobs, key);
  if (received.multipart && received.multipart.key !== kept) await blobs.abortMultipart(received.multipart);
}
