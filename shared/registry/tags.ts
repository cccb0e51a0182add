import type { Digest } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import type { RepoName, Tag } from "../oci/names.ts";
import type { Attributes, Clause, Item, Put, Write } from "../ports/table.ts";
import { textOf } from "./attributes.ts";
import { keys, momentOf, ranges } from "./keyspace.ts";
import type { Ports, ReadPorts } from "./ports.ts";
import { unknownManifest } from "./pull-manifest.ts";
import { namesOf } from "./read-table.ts";
import type { Registry } from "./registry.ts";
import { done, untilDone } from "./retry.ts";

interface Target {
  readonly repo: RepoName;
  readonly tag: Tag;
  readonly digest: Digest;
  /** what a pull by this tag answers without a second read */
  readonly served: Attributes;
  /** who moves it, for the history */
  readonly actor: string;
}
interface When {
  readonly now: number;
  readonly random: string;
}

/** Makes the tag name the manifest, provided that it still is where it was `before`; a move goes into the history. */
export function moveTag(target: Target, before: Item | undefined, when: When): readonly Write[] {
  const { repo, tag, digest, served, actor } = target;
  const seen = before && (textOf(before, "digest") as Digest);
  const only: Clause[] = seen ? [stillNames(seen)] : [{ kind: "absent" }];
  const put: Put = { op: "put", key: keys.tag(repo, tag), attributes: { digest, ...served }, only };
  if (seen === digest) return [put];
  return [
    put,
    { op: "put", key: keys.tagged(repo, digest, tag), attributes: {} },
    ...(seen ? [{ op: "delete", key: keys.tagged(repo, seen, tag) } as const] : []),
    historyEntry({ repo, tag, digest, actor, action: "push" }, when),
  ];
}

/** Takes the tag away, provided that it still names `digest`. */
export function removeTag(target: Omit<Target, "served">, when: When): readonly Write[] {
  const { repo, tag, digest } = target;
  return [
    { op: "delete", key: keys.tag(repo, tag), only: [stillNames(digest)] },
    { op: "delete", key: keys.tagged(repo, digest, tag) },
    historyEntry({ ...target, action: "delete" }, when),
  ];
}

const stillNames = (digest: Digest): Clause => ({ kind: "equals", attribute: "digest", value: digest });

type Entry = Omit<Target, "served"> & { readonly action: "push" | "delete" };

function historyEntry({ repo, tag, digest, actor, action }: Entry, { now, random }: When): Put {
  const key = keys.history(repo, tag, momentOf(now, random));
  return { op: "put", key, attributes: { digest, actor, action } };
}

export const createDeleteTag =
  ({ table, clock }: Ports): Registry["deleteTag"] =>
  ({ caller, repo, tag }) => {
    let seen = false;
    return untilDone(clock, async () => {
      const item = await table.get(keys.tag(repo, tag), "strong");
      // Gone since it was seen: by this delete, whose answer was lost, or by another.
      if (!item && seen) return done(undefined);
      if (!item) throw unknownManifest({ kind: "tag", tag });
      seen = true;
      const digest = textOf(item, "digest") as Digest;
      const when = { now: clock.now(), random: clock.newId() };
      const result = await table.transact(removeTag({ repo, tag, digest, actor: caller.name }, when));
      return result.outcome === "written" ? done(undefined) : result;
    });
  };

export const createListTags =
  ({ table }: ReadPorts): Registry["listTags"] =>
  async ({ repo, limit, after }) => {
    const { names, more } = await namesOf(table, { ...ranges.tags(repo), after, limit });
    if (names.length === 0 && !(await table.get(keys.meta(repo), "strong"))) {
      throw new OciError("NAME_UNKNOWN", { name: repo });
    }
    return listed(names as readonly Tag[], more);
  };

export const createListRepos =
  ({ table }: ReadPorts): Registry["listRepos"] =>
  async ({ limit, after }) => {
    const { names, more } = await namesOf(table, { ...ranges.catalog, after, limit });
    return listed(names as readonly RepoName[], more);
  };

function listed<Name extends string>(entries: readonly Name[], more: boolean) {
  const next = more ? entries.at(-1) : undefined;
  return { entries, ...(next !== undefined && { next }) };
}
