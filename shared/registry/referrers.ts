import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { type ManifestContent, parseManifest } from "../oci/manifest.ts";
import type { RepoName } from "../oci/names.ts";
import type { Item, Put } from "../ports/table.ts";
import { numberOf, optionalText, textOf } from "./attributes.ts";
import { keys, ranges } from "./keyspace.ts";
import { readManifest } from "./manifest-items.ts";
import type { ReadPorts } from "./ports.ts";
import { itemsOf } from "./read-table.ts";
import type { Registry } from "./registry.ts";

/** Annotations above this stay in the manifest, from where a listing reads them: an item holds 400 KB. */
const ANNOTATION_CHARACTERS = 64 * 1024;
/** One answer stays within what a client takes for an index, and within what a function may answer. */
const PAGE_BYTES = 4 * 1024 * 1024 - 1024;
const PAGE_ITEMS = 200;

interface Pushed {
  readonly repo: RepoName;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly content: ManifestContent;
}

/** The entry that lists a manifest under its subject; none where it has none (distribution-spec § Listing Referrers). */
export function referrerEntry({ repo, digest, mediaType, bytes, content }: Pushed): readonly Put[] {
  const { subject, artifactType, annotations } = content;
  if (!subject) return [];
  const text = annotations === undefined ? undefined : JSON.stringify(annotations);
  const attributes = {
    mediaType,
    size: bytes.byteLength,
    ...(artifactType !== undefined && { artifactType }),
    ...(text !== undefined &&
      (text.length > ANNOTATION_CHARACTERS ? { elsewhere: true } : { annotations: text })),
  };
  return [{ op: "put", key: keys.referrer(repo, subject, digest), attributes }];
}

export const createListReferrers =
  (ports: ReadPorts): Registry["listReferrers"] =>
  async ({ repo, subject, artifactType, limit, after }) => {
    const range = ranges.referrers(repo, subject);
    const entries: Descriptor[] = [];
    let bytes = 0;
    for await (const item of itemsOf(ports.table, { ...range, after }, Math.min(limit + 1, PAGE_ITEMS))) {
      if (artifactType !== undefined && item.attributes["artifactType"] !== artifactType) continue;
      const digest = item.sk.slice(range.prefix.length) as Digest;
      const descriptor = await describe(ports, { repo, digest, item });
      if (!descriptor) continue;
      bytes += Buffer.byteLength(JSON.stringify(descriptor)) + 1;
      const full = entries.length === limit || (bytes > PAGE_BYTES && entries.length > 0);
      const last = entries.at(-1);
      if (full && last) return { entries, next: last.digest };
      entries.push(descriptor);
    }
    return { entries };
  };

/** Undefined where the referrer was deleted since its entry was read. */
async function describe(
  ports: ReadPorts,
  { repo, digest, item }: { readonly repo: RepoName; readonly digest: Digest; readonly item: Item },
): Promise<Descriptor | undefined> {
  const artifactType = optionalText(item, "artifactType");
  const described = {
    mediaType: textOf(item, "mediaType"),
    digest,
    size: numberOf(item, "size"),
    ...(artifactType !== undefined && { artifactType }),
  };
  if (item.attributes["elsewhere"] === undefined) {
    const text = optionalText(item, "annotations");
    return text === undefined ? described : { ...described, annotations: JSON.parse(text) };
  }
  const found = await ports.table.get(keys.manifest(repo, digest), "strong");
  const manifest = found && (await readManifest(ports, { repo, digest, item: found }));
  if (!manifest) return undefined;
  const { annotations } = parseManifest(manifest.bytes, manifest.mediaType);
  return { ...described, ...(annotations && { annotations }) };
}
