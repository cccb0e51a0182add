import { createHash } from "node:crypto";
import { parsePolicy } from "../../shared/access/parse-policy.ts";
import type { Digest } from "../../shared/oci/digest.ts";
import type { RepoName, Tag } from "../../shared/oci/names.ts";
import type { Item, Key } from "../../shared/ports/table.ts";
import { keys } from "../../shared/registry/keyspace.ts";
import { homeOf } from "../../shared/registry/manifest-items.ts";
import { includesNumber } from "../../shared/registry/number-ranges.ts";
import type { UploadId } from "../../shared/registry/registry.ts";
import { parseSession, type UploadSession } from "../../shared/registry/upload-session.ts";
import { IDENTITY_RULES } from "./identity-invariants.ts";
import type { StoreContents } from "./store-contents.ts";
import type { Audit, Rule, Subject } from "./store-rule.ts";

/**
 * What docs/invariants.md demands of the stores, by the drawing in keyspace.ts: which item needs which other. Answers
 * what is broken, in words. An item that no rule knows is broken too, so that no new kind escapes.
 */
export function brokenInvariants(contents: StoreContents): readonly string[] {
  const index = new Map(contents.items.map((item) => [nameOf(item), item]));
  const broken: string[] = [];
  for (const item of contents.items) {
    const [pkPrefix, owner] = split(item.pk);
    const [skPrefix, rest] = split(item.sk);
    const rule = RULES[WHOLE_PARTITIONS.has(item.pk) ? item.pk : `${pkPrefix} ${skPrefix}`];
    const name = `${item.pk} ${item.sk}`;
    if (!rule) broken.push(`${name}: no rule knows this item`);
    const require = (holds: boolean, complaint: string) => {
      if (!holds) broken.push(`${name}: ${complaint}`);
    };
    rule?.({ ...contents, find: (key) => index.get(nameOf(key)), require }, { item, owner, rest });
  }
  return broken;
}

/** Every item of these follows one rule. */
const WHOLE_PARTITIONS = new Set([
  "CATALOG",
  "DELETING",
  "DOOMED",
  "SWEEP",
  "PEOPLE",
  "ROBOTS",
  "ACCESSKEYS",
]);

const nameOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;

function split(key: string): [prefix: string, rest: string] {
  const at = key.indexOf("#");
  return at === -1 ? [key, ""] : [key.slice(0, at), key.slice(at + 1)];
}

const text = ({ attributes }: Item, name: string): string => String(attributes[name]);
const same = (left: Item | undefined, right: Item | undefined, ...names: readonly string[]): boolean =>
  names.every((name) => String(left?.attributes[name]) === String(right?.attributes[name]));

/** A digest or two and a tag, split where none of them has a '#'. */
const parts = (rest: string): [string, string] => split(rest);

const RULES: Readonly<Record<string, Rule>> = {
  "REPO META": ({ find, require }, { owner }) =>
    require(find(keys.catalog(owner as RepoName)) !== undefined, "the catalog lacks it"),
  CATALOG: ({ find, require }, { item }) =>
    require(find(keys.meta(item.sk as RepoName)) !== undefined, "it has no META"),
  "REPO GEN": ({ require }, { item }) =>
    require(typeof item.attributes["generation"] === "number", "it has no generation"),
  "REPO HISTORY": () => {},
  "REPO TAG": tag,
  "REPO TAGGED": ({ find, require }, { owner, rest }) => {
    const [digest, name] = parts(rest);
    const named = find(keys.tag(owner as RepoName, name as Tag));
    require(named !== undefined && text(named, "digest") === digest, "the tag names another manifest");
  },
  "REPO MANIFEST": manifest,
  "REPO BYTES": ({ find, require }, { owner, rest }) => {
    const found = find(keys.manifest(owner as RepoName, rest as Digest));
    const large = found !== undefined && homeOf(Number(found.attributes["size"])) !== "inline";
    require(large, "no manifest keeps its bytes here");
  },
  "REPO REFERRER": ({ find, require }, { owner, rest }) => {
    const [subject, digest] = parts(rest);
    const found = find(keys.manifest(owner as RepoName, digest as Digest));
    require(found !== undefined && text(found, "subject") === subject, "no manifest has this subject");
  },
  "REPO BLOB": ({ find, require }, { item, owner, rest }) => {
    const digest = rest as Digest;
    require(same(item, find(keys.object(digest)), "key", "size"), "OBJECT is absent or another");
    require(find(keys.linkedIn(digest, owner as RepoName)) !== undefined, "IN# is absent");
    require(find(keys.meta(owner as RepoName)) !== undefined, "its repository has no META");
  },
  "BLOB IN": ({ find, require }, { owner, rest }) =>
    require(find(keys.link(rest as RepoName, owner as Digest)) !== undefined, "there is no link"),
  "BLOB OBJECT": ({ find, objects, require }, { item, owner }) => {
    const key = text(item, "key");
    const committed = find(keys.committed(key));
    require(committed !== undefined && text(committed, "digest") === owner, "KEY# does not name it");
    require(objects.get(key) === item.attributes["size"], `the disk has ${objects.get(key)} bytes of it`);
  },
  "KEY KEY": ({ find, require }, { item, owner }) => {
    const digest = text(item, "digest") as Digest;
    const repo = item.attributes["repo"];
    const holder = repo === undefined ? keys.object(digest) : keys.manifest(String(repo) as RepoName, digest);
    const found = find(holder);
    require(found !== undefined && text(found, "key") === owner, "what it names has another key");
  },
  DELETING: ({ find, require }, { item }) => {
    const found = find(keys.manifest(text(item, "repo") as RepoName, text(item, "digest") as Digest));
    require(found?.attributes["deleting"] !== undefined, "its manifest is not marked");
  },
  DOOMED: ({ find, require }, { item }) =>
    require(find(keys.committed(item.sk)) === undefined, "KEY# says that it is needed"),
  SWEEP: ({ require }, { item }) => require(typeof item.attributes["at"] === "number", "it has no time"),
  "UPLOAD SESSION": (audit, { item, owner }) => session(audit, parseSession(owner as UploadId, item)),
  "UPLOAD PART": ({ find, require }, { owner }) =>
    require(find(keys.session(owner as UploadId)) !== undefined, "there is no session"),
  ...IDENTITY_RULES,
  "POLICY CURRENT": ({ require }, { item }) =>
    require(parsePolicy(text(item, "text")).rules.length >= 0, "it holds no policy"),
};

function tag({ find, require }: Audit, { item, owner, rest }: Subject): void {
  const repo = owner as RepoName;
  const digest = text(item, "digest") as Digest;
  const named = find(keys.manifest(repo, digest));
  require(named !== undefined, "it names a manifest that does not exist");
  require(same(item, named, "mediaType", "size", "bytes"), "it tells other bytes than its manifest");
  require(find(keys.tagged(repo, digest, rest as Tag)) !== undefined, "TAGGED# is absent");
}

function manifest({ find, objects, require }: Audit, { item, owner, rest }: Subject): void {
  const repo = owner as RepoName;
  const digest = rest as Digest;
  const size = Number(item.attributes["size"]);
  const home = homeOf(size);
  const own = find(keys.bytes(repo, digest));
  const key = item.attributes["key"];
  if (home === "object") {
    require(typeof key === "string" && objects.get(key) === size, "the disk lacks its bytes");
    require(own !== undefined && own.attributes["key"] === key, "BYTES# is absent or another");
    require(find(keys.committed(String(key))) !== undefined, "KEY# is absent");
  } else {
    const bytes = (home === "inline" ? item : own)?.attributes["bytes"];
    require(bytes instanceof Uint8Array &&
      digestOf(digest, bytes) === digest, "its bytes have another digest");
  }
  const subject = item.attributes["subject"];
  const listed = subject === undefined || find(keys.referrer(repo, String(subject) as Digest, digest));
  require(listed !== undefined, "its subject does not list it");
  const doomed = item.attributes["deleting"] === undefined || find(keys.deleting(repo, digest));
  require(doomed !== undefined, "its deletion has begun and nobody will finish it");
  require(find(keys.meta(repo)) !== undefined, "its repository has no META");
}

function digestOf(digest: Digest, bytes: Uint8Array): string {
  const [algorithm = ""] = digest.split(":");
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

/** Of an open upload, every byte up to its offset is there. */
function session({ items, objects, multiparts, require }: Audit, upload: UploadSession): void {
  if (upload.state.kind !== "open") return;
  const { tail, multipart } = upload;
  require(!tail || objects.get(tail.key) === tail.size, "its tail is not on the disk");
  const saved = items
    .filter(({ pk, sk }) => pk === `UPLOAD#${upload.id}` && sk.startsWith("PART#"))
    .map(({ sk, attributes }) => ({ number: Number(sk.slice("PART#".length)), attributes }))
    .filter(({ number }) => includesNumber(upload.parts, number));
  const size = saved.reduce((sum, { attributes }) => sum + Number(attributes["size"]), tail?.size ?? 0);
  require(size === upload.offset, `its parts and tail hold ${size} bytes of ${upload.offset}`);
  // A closing PUT that was cut short may have joined them already.
  if (!multipart || (objects.get(multipart.key) ?? -1) >= upload.offset) return;
  const stored = multiparts.find(({ id }) => id === multipart.id)?.parts;
  for (const { number, attributes } of saved) {
    const name = `${String(number).padStart(5, "0")}-${String(attributes["size"])}-${String(attributes["etag"])}`;
    require(stored?.has(name) === true, `part ${number} is not on the disk`);
  }
}
