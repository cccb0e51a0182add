import type { Digest } from "../oci/digest.ts";
import type { ManifestContent } from "../oci/manifest.ts";
import type { RepoName } from "../oci/names.ts";
import type { Attributes, Item } from "../ports/table.ts";
import { numberOf, optionalBytes, optionalText, textOf } from "./attributes.ts";
import { keys } from "./keyspace.ts";
import type { ReadPorts } from "./ports.ts";
import type { Manifest } from "./registry.ts";

/** Manifests up to here live in the items that name them, so that a pull is one read. */
const INLINE_BYTES = 4 * 1024;
/** Manifests up to here live in an item of their own; larger ones are objects, as an item holds 400 KB at most. */
export const ITEM_BYTES = 350 * 1024;

/** Where the bytes of a manifest are, decided by their number alone. */
export type Home = "inline" | "item" | "object";
export function homeOf(size: number): Home {
  if (size <= INLINE_BYTES) return "inline";
  return size <= ITEM_BYTES ? "item" : "object";
}

/** What TAG# and MANIFEST# share: enough to answer a pull. */
export function servedAttributes({ mediaType, bytes }: Pick<Manifest, "mediaType" | "bytes">): Attributes {
  const size = bytes.byteLength;
  return { mediaType, size, ...(homeOf(size) === "inline" && { bytes }) };
}

const ALGORITHM_CODES = { sha256: 1, sha512: 2 } as const;

/** Packs digests as one byte for the algorithm and the raw hash behind it: 4,000 of sha512 fit an item. */
export function packReferences({ blobs, children }: ManifestContent): Uint8Array {
  const packed = [...blobs, ...children].map((digest) => {
    const [algorithm, hex = ""] = digest.split(":");
    const code = algorithm === "sha512" ? ALGORITHM_CODES.sha512 : ALGORITHM_CODES.sha256;
    return Buffer.concat([Uint8Array.of(code), Buffer.from(hex, "hex")]);
  });
  return Buffer.concat(packed);
}

/** The manifest behind a TAG# or MANIFEST# item; undefined where it was deleted since that item was read. */
export async function readManifest(
  ports: ReadPorts,
  found: { readonly repo: RepoName; readonly digest: Digest; readonly item: Item },
): Promise<Manifest | undefined> {
  const { repo, digest, item } = found;
  const bytes = optionalBytes(item, "bytes") ?? (await readBytes(ports, repo, digest));
  return bytes && { digest, mediaType: textOf(item, "mediaType"), size: numberOf(item, "size"), bytes };
}

async function readBytes(
  { table, blobs }: ReadPorts,
  repo: RepoName,
  digest: Digest,
): Promise<Uint8Array | undefined> {
  const item = await table.get(keys.bytes(repo, digest), "strong");
  if (!item) return undefined;
  const key = optionalText(item, "key");
  if (key === undefined) return optionalBytes(item, "bytes");
  const stream = await blobs.read(key);
  if (!stream) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
