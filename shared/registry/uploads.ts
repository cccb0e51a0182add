import { OciError } from "../oci/errors.ts";
import type { Blobs } from "../ports/blobs.ts";
import type { Clause } from "../ports/table.ts";
import { keys } from "./keyspace.ts";
import type { Ports } from "./ports.ts";
import type { Registry, UploadId, UploadLocation } from "./registry.ts";
import { done, untilDone } from "./retry.ts";
import { hashOfSecret, isSecretOf, newUploadSecret } from "./upload-secret.ts";
import {
  expiryAttributes,
  onlyOpen,
  onlyVersion,
  parseSession,
  type UploadSession,
} from "./upload-session.ts";

export interface UploadPorts extends Ports {
  /** milliseconds without a request after which an upload no longer exists */
  readonly uploadIdle: number;
}

/** Whatever happens, an upload ends some time: its parts are kept no longer. */
export const LONGEST_UPLOAD = 21 * 24 * 60 * 60 * 1000;

/** milliseconds: when an upload to which bytes have come just now no longer exists, should no more come */
export const idleUntil = ({ clock, uploadIdle }: UploadPorts, created: number): number =>
  Math.min(clock.now() + uploadIdle, created + LONGEST_UPLOAD);

export const createBeginUpload =
  (ports: UploadPorts): Registry["beginUpload"] =>
  ({ repo, algorithm = "sha256" }) => {
    const { table, clock } = ports;
    return untilDone(clock, async () => {
      const id = clock.newId() as UploadId;
      const secret = newUploadSecret(clock);
      const created = clock.now();
      const attributes = {
        repo,
        secretHash: hashOfSecret(secret),
        created,
        algorithm,
        state: "open",
        version: 1,
        offset: 0,
        parts: "",
        nextPart: 1,
        ...expiryAttributes(idleUntil(ports, created)),
      };
      const result = await table.write({ op: "put", key: keys.session(id), attributes });
      return result.outcome === "written" ? done({ id, secret, offset: 0 }) : result;
    });
  };

/**
 * BLOB_UPLOAD_UNKNOWN where there is none in this repository, its secret is another, or its time is over. Committed ones
 * are found too.
 */
export async function findSession(
  ports: Ports,
  { repo, id, secret }: UploadLocation,
): Promise<UploadSession> {
  const session = await readSession(ports, id);
  if (session.repo !== repo || !isSecretOf(session.secretHash, secret)) throw unknownUpload(id);
  return session;
}

/** As `findSession`, and only one that still takes bytes. */
export async function findOpenSession(ports: Ports, location: UploadLocation): Promise<UploadSession> {
  return requireOpen(await findSession(ports, location));
}

/** How an upload stands now that a request has found already. BLOB_UPLOAD_UNKNOWN where it takes no bytes any more. */
export async function readAgain(ports: Ports, { id }: UploadSession): Promise<UploadSession> {
  return requireOpen(await readSession(ports, id));
}

async function readSession({ table, clock }: Ports, id: UploadId): Promise<UploadSession> {
  const item = await table.get(keys.session(id), "strong");
  const session = item && parseSession(id, item);
  const isUsable = session && session.state.kind !== "abandoned" && session.idleUntil > clock.now();
  if (!isUsable) throw unknownUpload(id);
  return session;
}

function requireOpen(session: UploadSession): UploadSession {
  if (session.state.kind !== "open") throw unknownUpload(session.id);
  return session;
}

export const unknownUpload = (id: UploadId): OciError => new OciError("BLOB_UPLOAD_UNKNOWN", { upload: id });

/** One wins of two requests on an upload; this is for the other. */
export const faster = (): OciError =>
  new OciError("RANGE_INVALID", { reason: "another request on this upload was faster" });

export const createStatUpload =
  (ports: UploadPorts): Registry["statUpload"] =>
  async (call) => {
    const { id, offset, kept } = await findOpenSession(ports, call);
    return { id, offset: kept?.offset ?? offset };
  };

export const createCancelUpload =
  (ports: UploadPorts): Registry["cancelUpload"] =>
  async (call) => {
    const session = await findOpenSession(ports, call);
    if (!(await abandon(ports, session, [onlyOpen]))) throw unknownUpload(session.id);
    await discardUpload(ports.blobs, session);
  };

/**
 * From here on nothing can be added and nothing committed; only then may the bytes go. False where the upload was not as
 * `only` wants it, or where an earlier try did it and its answer was lost.
 */
const abandon = ({ table, clock }: Ports, { id }: UploadSession, only: readonly Clause[]): Promise<boolean> =>
  untilDone(clock, async () => {
    const set = { state: "abandoned" };
    const result = await table.write({ op: "update", key: keys.session(id), set, only });
    if (result.outcome === "written") return done(true);
    if (result.outcome === "condition-failed") return done(false);
    return result;
  });

/** Ends an upload whose time is over. False where it has ended or gone on since it was read. */
export const abandonIdle = (ports: Ports, session: UploadSession): Promise<boolean> =>
  abandon(ports, session, [
    ...onlyVersion(session),
    // A long body's sign of life: it changes no version.
    { kind: "equals", attribute: "idleUntil", value: session.idleUntil },
  ]);

async function discardUpload(blobs: Blobs, { multipart, tail, kept }: UploadSession): Promise<void> {
  if (multipart) await blobs.abortMultipart(multipart);
  for (const one of [tail, kept?.tail]) if (one) await blobs.remove(one.key);
}
