import type { Digest } from "../oci/digest.ts";
import type { RepoName } from "../oci/names.ts";
import type { Item, Write } from "../ports/table.ts";
import { numberOf, textOf } from "./attributes.ts";
import { keys } from "./keyspace.ts";

/** Where the bytes of a digest are. Stored once, linked from any number of repositories. */
export interface StoredObject {
  readonly key: string;
  /** bytes */
  readonly size: number;
}

export const storedObject = (item: Item): StoredObject => ({
  key: textOf(item, "key"),
  size: numberOf(item, "size"),
});

interface Link {
  readonly repo: RepoName;
  readonly digest: Digest;
  readonly object: StoredObject;
  readonly now: number;
}

/** Links an object that exists; it must still be the same one. The link makes it live again where it was condemned. */
export const linkExisting = ({ object, ...link }: Link): readonly Write[] => [
  ...linkItems({ object, ...link }),
  {
    op: "update",
    key: keys.object(link.digest),
    add: { rev: 1 },
    remove: ["condemned"],
    only: [{ kind: "equals", attribute: "key", value: object.key }],
  },
];

/** Makes the bytes under `object.key` the object of this digest, and links it; nobody else may have done so. */
export const linkNew = ({ object, ...link }: Link): readonly Write[] => [
  ...linkItems({ object, ...link }),
  {
    op: "put",
    key: keys.object(link.digest),
    attributes: { ...object, rev: 1 },
    only: [{ kind: "absent" }],
  },
  { op: "put", key: keys.committed(object.key), attributes: { digest: link.digest } },
];

function linkItems({ repo, digest, object, now }: Link): readonly Write[] {
  return [
    { op: "put", key: keys.link(repo, digest), attributes: { ...object, since: now } },
    { op: "put", key: keys.linkedIn(digest, repo), attributes: {} },
  ];
}

/** Takes the link away; the object stays for the repositories that share it, and for the collector where none does. */
export const unlink = (repo: RepoName, digest: Digest): readonly Write[] => [
  { op: "delete", key: keys.link(repo, digest), only: [{ kind: "exists" }] },
  { op: "delete", key: keys.linkedIn(digest, repo) },
  { op: "update", key: keys.object(digest), add: { rev: 1 }, only: [{ kind: "exists" }] },
];
