import type { Branded } from "../oci/branded.ts";
import type { Digest } from "../oci/digest.ts";
import type { RepoName, Tag } from "../oci/names.ts";
import type { Clock } from "../ports/clock.ts";
import type { Key } from "../ports/table.ts";
import type { UploadId } from "./registry.ts";

/** The name of a person or a robot. */
export type AccountName = Branded<"AccountName">;
/** Names an access key, for all to see: it stands in the secret too. */
export type AccessKeyId = Branded<"AccessKeyId">;

/**
 * Every item of the table, drawn once:
 *
 * REPO#<repo>     META                          created
 * REPO#<repo>     GEN#<0..15>                   generation: raised by deletes and the collector, checked by pushes
 * REPO#<repo>     TAG#<tag>                     digest, mediaType, size, bytes up to INLINE_BYTES
 * REPO#<repo>     TAGGED#<digest>#<tag>         which tags name this manifest: written and removed with TAG#
 * REPO#<repo>     HISTORY#<tag>#<time>-<random> digest, actor, action: every move and delete of a tag
 * REPO#<repo>     MANIFEST#<digest>             mediaType, size, rev, references, bytes up to INLINE_BYTES, deleting
 * REPO#<repo>     BYTES#<digest>                larger manifest bytes, or the key of the object that holds them
 * REPO#<repo>     REFERRER#<subject>#<digest>   the descriptor to list
 * REPO#<repo>     BLOB#<digest>                 key, size, since, condemned: this repository's link
 * BLOB#<digest>   OBJECT                        key, size, rev, condemned
 * BLOB#<digest>   IN#<repo>                     which repositories link it
 * KEY#<key>       KEY                           the digest that was committed under this key of the blob store
 * CATALOG         <repo>                        every repository, in order
 * DELETING        <repo>#<digest>               manifests whose deletion has begun and must be finished
 * DOOMED          <key>                         objects that nothing names any more, until they are removed
 * SWEEP           LAST                          when the last sweep that came to its end began
 * UPLOAD#<id>     SESSION                       upload-session.ts
 * UPLOAD#<id>     PART#<n>                      etag, size
 * PERSON#<name>   PERSON                        created, actor, revision, password and what proves it was this one
 * ROBOT#<name>    ROBOT                         created, actor, revision: raised by every new access key
 * PEOPLE          <name>                        every person, in order
 * ROBOTS          <name>                        every robot, in order
 * ACCESSKEY#<id>  KEY                           access-key-items.ts: whose it is, the hash of its secret, its limits
 * ACCESSKEYS      <owner>#<id>                  every access key, by the name of its owner
 * REQUESTS#<hash> <start>                       shared-counts.ts: what a caller has sent in the window that began then
 * POLICY          CURRENT                       text, created, actor: what was set at run time and is in force until a reset
 */
const inRepo = (repo: RepoName, sk: string): Key => ({ pk: `REPO#${repo}`, sk });

/** How many generations a repository has, so that pushes seldom meet on one item. */
export const GENERATIONS = 16;

export const keys = {
  meta: (repo: RepoName) => inRepo(repo, "META"),
  generation: (repo: RepoName, shard: number) => inRepo(repo, `GEN#${shard}`),
  tag: (repo: RepoName, tag: Tag) => inRepo(repo, `TAG#${tag}`),
  tagged: (repo: RepoName, digest: Digest, tag: Tag) => inRepo(repo, `TAGGED#${digest}#${tag}`),
  history: (repo: RepoName, tag: Tag, moment: string) => inRepo(repo, `HISTORY#${tag}#${moment}`),
  manifest: (repo: RepoName, digest: Digest) => inRepo(repo, `MANIFEST#${digest}`),
  bytes: (repo: RepoName, digest: Digest) => inRepo(repo, `BYTES#${digest}`),
  referrer: (repo: RepoName, subject: Digest, digest: Digest) =>
    inRepo(repo, `REFERRER#${subject}#${digest}`),
  link: (repo: RepoName, digest: Digest) => inRepo(repo, `BLOB#${digest}`),
  object: (digest: Digest): Key => ({ pk: `BLOB#${digest}`, sk: "OBJECT" }),
  linkedIn: (digest: Digest, repo: RepoName): Key => ({ pk: `BLOB#${digest}`, sk: `IN#${repo}` }),
  committed: (key: string): Key => ({ pk: `KEY#${key}`, sk: "KEY" }),
  catalog: (repo: RepoName): Key => ({ pk: "CATALOG", sk: repo }),
  deleting: (repo: RepoName, digest: Digest): Key => ({ pk: "DELETING", sk: `${repo}#${digest}` }),
  doomed: (key: string): Key => ({ pk: "DOOMED", sk: key }),
  lastSweep: { pk: "SWEEP", sk: "LAST" },
  session: (id: UploadId): Key => ({ pk: `UPLOAD#${id}`, sk: "SESSION" }),
  part: (id: UploadId, number: number): Key => ({
    pk: `UPLOAD#${id}`,
    sk: `PART#${String(number).padStart(5, "0")}`,
  }),
  person: (name: AccountName): Key => ({ pk: `PERSON#${name}`, sk: "PERSON" }),
  robot: (name: AccountName): Key => ({ pk: `ROBOT#${name}`, sk: "ROBOT" }),
  people: (name: AccountName): Key => ({ pk: "PEOPLE", sk: name }),
  robots: (name: AccountName): Key => ({ pk: "ROBOTS", sk: name }),
  accessKey: (id: AccessKeyId): Key => ({ pk: `ACCESSKEY#${id}`, sk: "KEY" }),
  accessKeys: (owner: AccountName, id: AccessKeyId): Key => ({ pk: "ACCESSKEYS", sk: `${owner}#${id}` }),
  requests: (caller: string, start: number): Key => ({ pk: `REQUESTS#${caller}`, sk: String(start) }),
  policy: { pk: "POLICY", sk: "CURRENT" },
} as const;

/** Ranges of sort keys to query: a partition, and what its wanted sort keys begin with. */
export const ranges = {
  tags: (repo: RepoName) => ({ pk: `REPO#${repo}`, prefix: "TAG#" }),
  tagsOf: (repo: RepoName, digest: Digest) => ({ pk: `REPO#${repo}`, prefix: `TAGGED#${digest}#` }),
  referrers: (repo: RepoName, subject: Digest) => ({ pk: `REPO#${repo}`, prefix: `REFERRER#${subject}#` }),
  linkedIn: (digest: Digest) => ({ pk: `BLOB#${digest}`, prefix: "IN#" }),
  catalog: { pk: "CATALOG", prefix: "" },
  deleting: { pk: "DELETING", prefix: "" },
  doomed: { pk: "DOOMED", prefix: "" },
  parts: (id: UploadId) => ({ pk: `UPLOAD#${id}`, prefix: "PART#" }),
  people: { pk: "PEOPLE", prefix: "" },
  robots: { pk: "ROBOTS", prefix: "" },
  accessKeys: { pk: "ACCESSKEYS", prefix: "" },
  accessKeysOf: (owner: AccountName) => ({ pk: "ACCESSKEYS", prefix: `${owner}#` }),
} as const;

/** The generation that a push of this manifest checks: the first hex digit of its digest. */
export const shardOf = (digest: Digest): number =>
  Number.parseInt(digest.charAt(digest.indexOf(":") + 1), GENERATIONS);

/** `blobs/<day>/<upload>_<random>`: the day lets the sweep list a day at a time, the upload tells whose bytes they are. */
export const objectKey = (kind: "blobs" | "manifests", at: number, owner: string, random: string): string =>
  `${kind}/${dayOf(at)}/${owner}_${random}`;

/** A key for bytes of an upload: never used twice, so that writing new bytes can't harm older ones. */
export const freshKey = (clock: Clock, upload: UploadId): string =>
  objectKey("blobs", clock.now(), upload, clock.newId());

/** The upload whose bytes a key holds; undefined for a key that this version did not make. */
export function ownerOf(key: string): UploadId | undefined {
  const owner = /^blobs\/\d{4}-\d\d-\d\d\/([^/_]+)_[^/]+$/.exec(key)?.[1];
  return owner as UploadId | undefined;
}

/** `2026-11-24`, in UTC. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Orders as the moments do: milliseconds in 13 digits, which last until the year 2286. */
export const momentOf = (at: number, random: string): string => `${String(at).padStart(13, "0")}-${random}`;
