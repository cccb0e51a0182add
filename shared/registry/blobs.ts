import type { Digest } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import type { RepoName } from "../oci/names.ts";
import type { ReadTable } from "../ports/table.ts";
import { raiseGenerations } from "./generations.ts";
import { keys, ranges } from "./keyspace.ts";
import { linkExisting, type StoredObject, storedObject, unlink } from "./links.ts";
import type { Ports, ReadPorts } from "./ports.ts";
import { itemsOf, nameOf, readAll } from "./read-table.ts";
import type { Registry } from "./registry.ts";
import { createRepo } from "./repositories.ts";
import { done, untilDone } from "./retry.ts";

/** One read: the link carries all that an answer needs. */
async function findLink(table: ReadTable, repo: RepoName, digest: Digest): Promise<StoredObject> {
  const item = await table.get(keys.link(repo, digest), "strong");
  if (!item) throw unknownBlob(digest);
  return storedObject(item);
}

const unknownBlob = (digest: Digest): OciError => new OciError("BLOB_UNKNOWN", { digest });

export const createStatBlob =
  ({ table }: ReadPorts): Registry["statBlob"] =>
  async ({ repo, digest }) => {
    const { size } = await findLink(table, repo, digest);
    return { digest, size };
  };

export const createOpenBlob =
  ({ table, blobs }: ReadPorts): Registry["openBlob"] =>
  async ({ repo, digest, range: rangeFor, method }) => {
    const { key, size } = await findLink(table, repo, digest);
    const range = rangeFor?.(size);
    const source = await blobs.open(key, { range, method, content: { digest, size } });
    // A link without bytes is a blob that was deleted since the link was read.
    if (!source) throw unknownBlob(digest);
    return { info: { digest, size }, source, ...(range && { range }) };
  };

export const createDeleteBlob =
  ({ table, clock }: Ports): Registry["deleteBlob"] =>
  async ({ repo, digest }) => {
    await findLink(table, repo, digest);
    return untilDone(clock, async () => {
      const result = await table.transact([...unlink(repo, digest), ...raiseGenerations(repo)]);
      if (result.outcome === "written") return done(undefined);
      // Gone since it was seen: by this delete, whose answer was lost, or by another.
      return (await table.get(keys.link(repo, digest), "strong")) ? result : done(undefined);
    });
  };

/** Repositories that link a blob, looked through until one may be a source: a mount that finds none is an upload. */
const LINKS_AT_A_TIME = 1000;
const MOST_LINKS = 10_000;

export const createMountBlob =
  ({ table, clock }: Ports): Registry["mountBlob"] =>
  ({ repo, digest, from, sources }) =>
    untilDone(clock, async () => {
      const found = await readAll(table, [
        keys.meta(repo),
        keys.object(digest),
        ...(from === undefined ? [] : [keys.link(from, digest)]),
      ]);
      const item = found.get(nameOf(keys.object(digest)));
      if (!item) return done("unknown");
      const isLinked =
        from === undefined
          ? await isLinkedInAny(table, digest, sources)
          : found.has(nameOf(keys.link(from, digest)));
      if (!isLinked) return done("unknown");
      const now = clock.now();
      const result = await table.transact([
        ...createRepo(repo, found, now),
        ...linkExisting({ repo, digest, object: storedObject(item), now }),
      ]);
      return result.outcome === "written" ? done("mounted") : result;
    });

type IsSource = (repo: RepoName) => boolean;

/** Only what some repository links can be mounted; an object that none links any more is the collector's. */
async function isLinkedInAny(table: ReadTable, digest: Digest, isSource?: IsSource): Promise<boolean> {
  const range = ranges.linkedIn(digest);
  const links = itemsOf(table, { ...range, keysOnly: true }, isSource ? LINKS_AT_A_TIME : 1);
  let looked = 0;
  for await (const { sk } of links) {
    if (!isSource || isSource(sk.slice(range.prefix.length) as RepoName)) return true;
    looked += 1;
    if (looked === MOST_LINKS) return false;
  }
  return false;
}
