import type { RepoName } from "../oci/names.ts";
import type { Key, Put } from "../ports/table.ts";
import { keys } from "./keyspace.ts";
import { nameOf } from "./read-table.ts";

/** The items that make a repository exist; empty where it already does. Read `keys.meta` to know. */
export function createRepo(repo: RepoName, found: ReadonlyMap<string, unknown>, now: number): readonly Put[] {
  if (found.has(nameOf(keys.meta(repo)))) return [];
  return [put(keys.meta(repo), now), put(keys.catalog(repo), now)];
}

const put = (key: Key, now: number): Put => ({ op: "put", key, attributes: { created: now } });
