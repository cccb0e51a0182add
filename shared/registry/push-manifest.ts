import type { Digest } from "../oci/digest.ts";
import { algorithmOf } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import { type ManifestContent, parseManifest } from "../oci/manifest.ts";
import type { RepoName, Tag } from "../oci/names.ts";
import type { Reference } from "../oci/reference.ts";
import type { Check, Item, Write } from "../ports/table.ts";
import { optionalText, textOf } from "./attributes.ts";
import { finishDeletion } from "./delete-manifest.ts";
import { digestOfBytes } from "./digests.ts";
import { removeQuietly } from "./discard.ts";
import { generationKey, unchangedGeneration } from "./generations.ts";
import { keys, objectKey } from "./keyspace.ts";
import { homeOf, packReferences, servedAttributes } from "./manifest-items.ts";
import type { Ports } from "./ports.ts";
import { nameOf, readAll } from "./read-table.ts";
import { referrerEntry } from "./referrers.ts";
import type { Caller, Registry } from "./registry.ts";
import { createRepo } from "./repositories.ts";
import { done, type Try, untilDone } from "./retry.ts";
import { moveTag } from "./tags.ts";

/** One push, parsed and checked as far as its bytes go. */
interface Push {
  readonly repo: RepoName;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly content: ManifestContent;
  readonly tags: readonly Tag[];
  readonly caller: Caller;
  /** blobs may be missing */
  readonly sparse: boolean;
}

export const createPutManifest =
  (ports: Ports, { sparse }: { readonly sparse: boolean }): Registry["putManifest"] =>
  async ({ caller, repo, reference, tags, mediaType, bytes }) => {
    const content = parseManifest(bytes, mediaType);
    const digest = digestFor(reference, bytes);
    const named = reference.kind === "tag" ? [reference.tag, ...tags] : tags;
    const push: Push = { repo, digest, mediaType, bytes, content, tags: [...new Set(named)], caller, sparse };
    await store(ports, push);
    return { digest, tags: push.tags, ...(content.subject && { subject: content.subject }) };
  };

/** DIGEST_INVALID where the bytes are others than the reference says. */
function digestFor(reference: Reference, bytes: Uint8Array): Digest {
  if (reference.kind === "tag") return digestOfBytes("sha256", bytes);
  const { digest } = reference;
  const actual = digestOfBytes(algorithmOf(digest), bytes);
  if (actual !== digest) throw new OciError("DIGEST_INVALID", { expected: digest, actual });
  return digest;
}

/** The bytes of a huge manifest become an object first; it stays only if the table then names it. */
async function store(ports: Ports, push: Push): Promise<void> {
  if (homeOf(push.bytes.byteLength) !== "object") {
    await untilDone(ports.clock, () => tryPush(ports, push, undefined));
    return;
  }
  const { blobs, clock } = ports;
  const own: { key: string | undefined } = { key: undefined };
  let used: string | undefined;
  try {
    used = await untilDone(clock, async () => {
      own.key ??= await putObject(ports, push.bytes);
      const result = await tryPush(ports, push, own.key);
      // The table may name the object now, and who deletes that manifest removes it: another try needs another one.
      if (result.outcome === "unknown") own.key = undefined;
      return result;
    });
  } catch (cause) {
    // After a refusal nothing names the object; what the table may name stays for the sweep.
    if (cause instanceof OciError && own.key !== undefined) await removeQuietly(blobs, own.key);
    throw cause;
  }
  if (own.key !== undefined && own.key !== used) await removeQuietly(blobs, own.key);
}

/** Answers the key. */
async function putObject({ blobs, clock }: Ports, bytes: Uint8Array): Promise<string> {
  const key = objectKey("manifests", clock.now(), clock.newId(), clock.newId());
  await blobs.put(key, chunksOf(bytes));
  return key;
}

async function* chunksOf(bytes: Uint8Array) {
  yield bytes;
}

/**
 * The order of reads is what makes this safe beside deletes and the collector: the generation first, then the links,
 * then a transaction that requires the generation to be what it was (docs/architecture.md § Collecting garbage).
 * Answers the key of the object that holds the bytes, where one does.
 */
async function tryPush(ports: Ports, push: Push, key: string | undefined): Promise<Try<string | undefined>> {
  const { table, clock } = ports;
  const { repo, digest, tags } = push;
  const found = await readAll(table, [
    generationKey(repo, digest),
    keys.meta(repo),
    keys.manifest(repo, digest),
    ...tags.map((tag) => keys.tag(repo, tag)),
  ]);
  const before = found.get(nameOf(keys.manifest(repo, digest)));
  if (before?.attributes["deleting"] !== undefined) {
    await finishDeletion(ports, { repo, digest, caller: push.caller });
    return { outcome: "conflict" };
  }
  const revivals = await requireBlobs(ports, push);
  if (revivals.length > 0) {
    for (const revival of revivals) {
      const revived = await table.write(revival);
      if (revived.outcome !== "written") return revived;
    }
  }
  const now = clock.now();
  const stored = before ? optionalText(before, "key") : key;
  const result = await table.transact([
    unchangedGeneration(repo, digest, found.get(nameOf(generationKey(repo, digest)))),
    ...createRepo(repo, found, now),
    ...manifestWrites(push, { before, now, rev: clock.newId(), key: stored }),
    ...referrerEntry(push),
    ...tags.flatMap((tag) => {
      const target = { repo, tag, digest, served: servedAttributes(push), actor: push.caller.name };
      return moveTag(target, found.get(nameOf(keys.tag(repo, tag))), { now, random: clock.newId() });
    }),
  ]);
  return result.outcome === "written" ? done(stored) : result;
}

/**
 * MANIFEST_BLOB_UNKNOWN where a blob is not linked in this repository. Answers the writes that revive the links which
 * a collector has condemned, each only as long as that very run's stamp is on it.
 */
async function requireBlobs({ table }: Ports, { repo, content, sparse }: Push): Promise<readonly Write[]> {
  const links = await readAll(
    table,
    content.blobs.map((digest) => keys.link(repo, digest)),
  );
  const missing = content.blobs.filter((digest) => !links.has(nameOf(keys.link(repo, digest))));
  if (missing.length > 0 && !sparse) {
    throw new OciError("MANIFEST_BLOB_UNKNOWN", { digests: missing.slice(0, 20), missing: missing.length });
  }
  return [...links.values()].flatMap((link): Write[] => {
    if (optionalText(link, "condemned") === undefined) return [];
    const stamp = { kind: "equals", attribute: "condemned", value: textOf(link, "condemned") } as const;
    return [{ op: "update", key: { pk: link.pk, sk: link.sk }, remove: ["condemned"], only: [stamp] }];
  });
}

interface Moment {
  readonly before: Item | undefined;
  readonly now: number;
  /** tells this write of the manifest from every other, so that a delete sees that it was pushed again */
  readonly rev: string;
  readonly key: string | undefined;
}

function manifestWrites(push: Push, { before, now, rev, key }: Moment): readonly (Write | Check)[] {
  const { repo, digest, bytes, content } = push;
  const attributes = {
    ...servedAttributes(push),
    rev,
    pushed: now,
    references: packReferences(content),
    ...(content.subject && { subject: content.subject }),
    ...(content.artifactType !== undefined && { artifactType: content.artifactType }),
    ...(key !== undefined && { key }),
  };
  const only = before
    ? [{ kind: "equals", attribute: "rev", value: textOf(before, "rev") } as const]
    : [{ kind: "absent" } as const];
  const manifest: Write = { op: "put", key: keys.manifest(repo, digest), attributes, only };
  // BYTES# comes and goes with MANIFEST#, whose condition guards both.
  if (before || homeOf(bytes.byteLength) === "inline") return [manifest];
  const own: Write = {
    op: "put",
    key: keys.bytes(repo, digest),
    attributes: key === undefined ? { bytes } : { key },
  };
  if (key === undefined) return [manifest, own];
  return [manifest, own, { op: "put", key: keys.committed(key), attributes: { digest, repo } }];
}
