import type { Digest } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import type { RepoName } from "../oci/names.ts";
import type { ReadTable } from "../ports/table.ts";
import { raiseGenerations } from "./generations.ts";
import { keys, ranges } from "./keyspace.ts";
import { linkExisting, type StoredObject, storedObject, unlink } from "./links.ts";
import type { Ports, ReadPorts } from "./ports.ts";
import { nameOf, namesOf, readAll } from "./read-table.ts";
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

export const createMountBlob =
  ({ table, clock }: Ports): Registry["mountBlob"] =>
  ({ repo, digest, from }) =>
    untilDone(clock, async () => {
      const found = await readAll(table, [
        keys.meta(repo),
        keys.object(digest),
        ...(from === undefined ? [] : [keys.link(from, digest)]),
      ]);
      const item = found.get(nameOf(keys.object(digest)));
      if (!item || !(await isLinked(table, digest, from, found))) return done("unknown");
      const now = clock.now();
      const result = await table.transact([
        ...createRepo(repo, found, now),
        ...linkExisting({ repo, digest, object: storedObject(item), now }),
      ]);
      return result.outcome === "written" ? done("mounted") : result;
    });

/** Only what some repository links can be mounted; an object that none links any more is the collector's. */
async function isLinked(
  table: ReadTable,
  digest: Digest,
  from: RepoName | undefined,
  found: ReadonlyMap<string, unknown>,
): Promise<boolean> {
  if (from !== undefined) return found.has(nameOf(keys.link(from, digest)));
  const { names } = await namesOf(table, { ...ranges.linkedIn(digest), limit: 1 });
  return names.length > 0;
}
