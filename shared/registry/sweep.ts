import type { Digest } from "../oci/digest.ts";
import type { RepoName } from "../oci/names.ts";
import type { ObjectPage } from "../ports/blobs.ts";
import type { Item, Table } from "../ports/table.ts";
import { numberOf, textOf } from "./attributes.ts";
import { finishDeletion } from "./delete-manifest.ts";
import { dayOf, keys, ownerOf, ranges } from "./keyspace.ts";
import { itemsOf, nameOf, readAll } from "./read-table.ts";
import type { UploadId } from "./registry.ts";
import { parseSession } from "./upload-session.ts";
import { abandonIdle, LONGEST_UPLOAD, type UploadPorts } from "./uploads.ts";

/** What a sweep took away. */
export interface Swept {
  /** objects that no table item names: tails, spare bytes, huge manifests whose push was refused */
  readonly objects: number;
  /** multipart uploads that nobody will complete */
  readonly multiparts: number;
  /** manifests whose deletion had begun */
  readonly manifests: number;
}

const DAY = 24 * 60 * 60 * 1000;
/** A push of a huge manifest writes its object first and is over long before this. */
const MANIFEST_GRACE_DAYS = 1;

/**
 * Takes away what broken uploads have left, and finishes deletions that were cut short. Safe beside running pushes: an
 * upload is abandoned, conditionally, before its bytes go, and bytes that were committed under their key stay.
 * Lists day by day, never the whole store: from today back to the longest life of an upload before the last sweep.
 */
export async function sweep(ports: UploadPorts): Promise<Swept> {
  const { table, clock } = ports;
  const now = clock.now();
  // First what takes a moment: a sweep may be ended at any time.
  const manifests = await finishDeletions(ports);
  let objects = await removeDoomed(ports);
  const days = await daysToSweep(table, now);
  let multiparts = 0;
  for (const day of days) {
    const prefix = `blobs/${day}/`;
    multiparts += await sweepMultiparts(ports, prefix);
    objects += await sweepObjects(ports, prefix, (found) => leftovers(ports, found));
  }
  for (const day of days.slice(MANIFEST_GRACE_DAYS + 1)) {
    objects += await sweepObjects(ports, `manifests/${day}/`, (found) => unnamed(ports, found));
  }
  await table.write({ op: "put", key: keys.lastSweep, attributes: { at: now } });
  return { objects, multiparts, manifests };
}

/**
 * From today on backwards. Two days more than an upload may last, so that every leftover is seen again after its session
 * has ended; and all days since the last sweep, for a registry that was switched off.
 */
async function daysToSweep(table: Table, now: number): Promise<readonly string[]> {
  const last = await table.get(keys.lastSweep, "strong");
  const since = last ? Math.min(now, numberOf(last, "at")) : now;
  const count = Math.ceil((now - since + LONGEST_UPLOAD) / DAY) + 2;
  return Array.from({ length: count }, (_, back) => dayOf(now - back * DAY));
}

/** Also of a key that was committed: where the answer to its beginning was lost, a multipart upload was begun twice. */
async function sweepMultiparts(ports: UploadPorts, prefix: string): Promise<number> {
  let ended = 0;
  for await (const page of pagesOf((after) => ports.blobs.listMultiparts(prefix, after))) {
    const keysOfEnded = await ofEndedUploads(
      ports,
      page.map(({ key }) => key),
    );
    const doomed = new Set(keysOfEnded);
    for (const multipart of page.filter(({ key }) => doomed.has(key))) {
      await ports.blobs.abortMultipart(multipart);
      ended += 1;
    }
  }
  return ended;
}

async function sweepObjects(
  { blobs }: UploadPorts,
  prefix: string,
  doomedOf: (found: readonly string[]) => Promise<readonly string[]>,
): Promise<number> {
  let removed = 0;
  for await (const page of pagesOf((after) => blobs.list(prefix, after))) {
    for (const key of await doomedOf(page.map((object) => object.key))) {
      await blobs.remove(key);
      removed += 1;
    }
  }
  return removed;
}

async function* pagesOf<Entry>(
  list: (after?: string) => Promise<ObjectPage<Entry>>,
): AsyncGenerator<readonly Entry[]> {
  let page = await list();
  for (;;) {
    yield page.entries;
    if (page.next === undefined) return;
    page = await list(page.next);
  }
}

/** The keys whose bytes nobody can want any more. */
async function leftovers(ports: UploadPorts, found: readonly string[]): Promise<readonly string[]> {
  // The order matters: an upload that is still open now may be committed before KEY# is read, never after it ended.
  return unnamed(ports, await ofEndedUploads(ports, found));
}

/** The keys of uploads that have ended. Ends those whose time is over. */
async function ofEndedUploads(ports: UploadPorts, found: readonly string[]): Promise<readonly string[]> {
  const owners = new Map(found.flatMap((key) => pairOf(key, ownerOf(key))));
  const sessions = await readAll(ports.table, [...new Set(owners.values())].map(keys.session));
  const ended = new Set<UploadId>();
  for (const id of new Set(owners.values())) {
    if (await hasEnded(ports, id, sessions.get(nameOf(keys.session(id))))) ended.add(id);
  }
  return [...owners].filter(([, id]) => ended.has(id)).map(([key]) => key);
}

const pairOf = (key: string, owner: UploadId | undefined): [string, UploadId][] =>
  owner === undefined ? [] : [[key, owner]];

/** The keys under which nothing was committed. */
async function unnamed({ table }: UploadPorts, found: readonly string[]): Promise<readonly string[]> {
  const committed = await readAll(table, found.map(keys.committed));
  return found.filter((key) => !committed.has(nameOf(keys.committed(key))));
}

async function hasEnded(ports: UploadPorts, id: UploadId, item: Item | undefined): Promise<boolean> {
  const session = item && parseSession(id, item);
  if (session?.state.kind !== "open") return true;
  if (session.idleUntil > ports.clock.now()) return false;
  if (await abandonIdle(ports, session)) return true;
  return hasEnded(ports, id, await ports.table.get(keys.session(id), "strong"));
}

async function finishDeletions(ports: UploadPorts): Promise<number> {
  let finished = 0;
  for await (const item of itemsOf(ports.table, ranges.deleting, 100)) {
    const doomed = { repo: textOf(item, "repo") as RepoName, digest: textOf(item, "digest") as Digest };
    await finishDeletion(ports, { ...doomed, caller: { name: textOf(item, "actor") } });
    finished += 1;
  }
  return finished;
}

/** Off the list only once it is gone. Counts what was still there. */
async function removeDoomed({ table, blobs }: UploadPorts): Promise<number> {
  let removed = 0;
  for await (const { pk, sk } of itemsOf(table, ranges.doomed, 1000)) {
    if ((await blobs.head(sk)) !== undefined) removed += 1;
    await blobs.remove(sk);
    await table.write({ op: "delete", key: { pk, sk } });
  }
  return removed;
}
