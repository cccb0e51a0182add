import type { Digest } from "../oci/digest.ts";
import type { RepoName, Tag } from "../oci/names.ts";
import type { Check, Clause, Item, Write } from "../ports/table.ts";
import { optionalText, textOf } from "./attributes.ts";
import { removeQuietly } from "./discard.ts";
import { raiseGenerations } from "./generations.ts";
import { keys, ranges } from "./keyspace.ts";
import { homeOf } from "./manifest-items.ts";
import type { Ports } from "./ports.ts";
import { unknownManifest } from "./pull-manifest.ts";
import { namesOf } from "./read-table.ts";
import type { Caller, Registry } from "./registry.ts";
import { done, type Try, untilDone } from "./retry.ts";
import { removeTag } from "./tags.ts";

/** So many tags go in one transaction, three writes each, beside the manifest and the generations: 100 in all. */
const TAGS_AT_ONCE = 20;

interface Doomed {
  readonly repo: RepoName;
  readonly digest: Digest;
  readonly caller: Caller;
}

/** An explicit delete does what it says, also to what an index or a referrer names. */
export const createDeleteManifest =
  (ports: Ports): Registry["deleteManifest"] =>
  async ({ caller, repo, digest }) => {
    const found = await ports.table.get(keys.manifest(repo, digest), "strong");
    if (!found) throw unknownManifest({ kind: "digest", digest });
    await runDeletion(ports, { repo, digest, caller }, { rev: undefined });
  };

/**
 * Finishes a deletion that has begun, and nothing else: whoever has seen a mark may call this, also when somebody has
 * finished meanwhile and the manifest was pushed again.
 */
export async function finishDeletion(ports: Ports, doomed: Doomed): Promise<void> {
  const item = await ports.table.get(keys.manifest(doomed.repo, doomed.digest), "strong");
  if (item?.attributes["deleting"] === undefined) return;
  await runDeletion(ports, doomed, { rev: textOf(item, "rev") });
}

/**
 * Deletes a manifest with its tags, in as many steps as these need. With more tags than one transaction holds the
 * manifest is marked first: pushes of it wait for the end (they help to reach it), pulls by digest see it gone.
 * A step done twice does no harm.
 */
async function runDeletion(ports: Ports, doomed: Doomed, begun: Begun): Promise<void> {
  const key = await untilDone(ports.clock, () => deleteInSteps(ports, doomed, begun));
  if (key !== undefined) await removeQuietly(ports.blobs, key);
}

/** The `rev` of the manifest that carried the mark: once it is another, the deletion is over and this is a new push. */
interface Begun {
  rev: string | undefined;
}

/** Answers, once the manifest is gone, the key of the object that held its bytes, where one did. */
async function deleteInSteps(ports: Ports, doomed: Doomed, begun: Begun): Promise<Try<string | undefined>> {
  const { table } = ports;
  const { repo, digest } = doomed;
  for (;;) {
    const item = await table.get(keys.manifest(repo, digest), "strong");
    if (!item || (begun.rev !== undefined && textOf(item, "rev") !== begun.rev)) return done(undefined);
    if (item.attributes["deleting"] !== undefined) begun.rev = textOf(item, "rev");
    const { names, more } = await namesOf(table, { ...ranges.tagsOf(repo, digest), limit: TAGS_AT_ONCE });
    const tags = names as readonly Tag[];
    const step = more
      ? intermediateStep(ports, doomed, { item, tags })
      : [...tagRemovals(ports, doomed, tags), ...lastWrites(doomed, item)];
    const result = await table.transact(step);
    if (result.outcome !== "written") return result;
    if (!more) return done(optionalText(item, "key"));
  }
}

function intermediateStep(
  ports: Ports,
  doomed: Doomed,
  { item, tags }: { readonly item: Item; readonly tags: readonly Tag[] },
): readonly (Write | Check)[] {
  if (item.attributes["deleting"] === undefined) return markWrites(ports, doomed, item);
  const stillMarked: Check = {
    op: "check",
    key: keys.manifest(doomed.repo, doomed.digest),
    only: unchanged(item),
  };
  return [...tagRemovals(ports, doomed, tags), stillMarked];
}

/** A push gives a manifest another `rev`, so a delete never takes what came after its reading. */
const unchanged = (item: Item): readonly Clause[] => [
  { kind: "equals", attribute: "rev", value: textOf(item, "rev") },
];

function markWrites({ clock }: Ports, { repo, digest, caller }: Doomed, item: Item): readonly Write[] {
  const since = clock.now();
  return [
    {
      op: "update",
      key: keys.manifest(repo, digest),
      set: { deleting: since.toString() },
      only: unchanged(item),
    },
    { op: "put", key: keys.deleting(repo, digest), attributes: { repo, digest, actor: caller.name } },
    ...raiseGenerations(repo),
  ];
}

const tagRemovals = (
  { clock }: Ports,
  { repo, digest, caller }: Doomed,
  tags: readonly Tag[],
): readonly Write[] =>
  tags.flatMap((tag) =>
    removeTag({ repo, tag, digest, actor: caller.name }, { now: clock.now(), random: clock.newId() }),
  );

function lastWrites({ repo, digest }: Doomed, item: Item): readonly Write[] {
  const subject = optionalText(item, "subject") as Digest | undefined;
  const key = optionalText(item, "key");
  const isInline = homeOf(Number(item.attributes["size"])) === "inline";
  return [
    { op: "delete", key: keys.manifest(repo, digest), only: unchanged(item) },
    { op: "delete", key: keys.deleting(repo, digest) },
    ...(isInline ? [] : [{ op: "delete", key: keys.bytes(repo, digest) } as const]),
    ...(subject ? [{ op: "delete", key: keys.referrer(repo, subject, digest) } as const] : []),
    ...(key === undefined ? [] : doom(key)),
    ...raiseGenerations(repo),
  ];
}

/** The object goes after the commit; should nobody get to that, the sweep finds it on the list. */
const doom = (key: string): readonly Write[] => [
  { op: "delete", key: keys.committed(key) },
  { op: "put", key: keys.doomed(key), attributes: {} },
];
