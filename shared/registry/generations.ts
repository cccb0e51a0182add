import type { Digest } from "../oci/digest.ts";
import type { RepoName } from "../oci/names.ts";
import type { Check, Item, Update } from "../ports/table.ts";
import { numberOf } from "./attributes.ts";
import { GENERATIONS, keys, shardOf } from "./keyspace.ts";

/** The item whose generation a push of this manifest must find unchanged. */
export const generationKey = (repo: RepoName, digest: Digest) => keys.generation(repo, shardOf(digest));

/** Holds only while nothing was deleted in this repository since `seen` was read. */
export const unchangedGeneration = (repo: RepoName, digest: Digest, seen: Item | undefined): Check => ({
  op: "check",
  key: generationKey(repo, digest),
  only: seen
    ? [{ kind: "equals", attribute: "generation", value: numberOf(seen, "generation") }]
    : [{ kind: "absent" }],
});

/** Sends every push that has read the links of this repository, but has not yet committed, back to its start. */
export const raiseGenerations = (repo: RepoName): readonly Update[] =>
  Array.from({ length: GENERATIONS }, (_, shard) => ({
    op: "update",
    key: keys.generation(repo, shard),
    add: { generation: 1 },
  }));
