import { createHash } from "node:crypto";
import type { RegistryClient } from "../../../local/client/library.ts";
import { parseDigest } from "../../../shared/oci/digest.ts";
import { parseRepoName } from "../../../shared/oci/names.ts";
import type { MadeImage } from "../../copy/support.ts";
import { collect } from "../../support/bodies.ts";
import { byDigest, byTag } from "../../support/domain.ts";

/** What a registry has of an image, to be compared with what another has. */
export interface Contents {
  /** digest of what the tag names */
  readonly tag: string;
  /** the text of each manifest, by its digest */
  readonly manifests: Readonly<Record<string, string>>;
  /** the digest of each blob's bytes, by the name that they go by */
  readonly blobs: Readonly<Record<string, string>>;
  /** digests of what refers to each manifest, by its digest */
  readonly referrers: Readonly<Record<string, readonly string[]>>;
}

export async function contentsOf(
  client: RegistryClient,
  { name, tag }: { readonly name: string; readonly tag: string },
  image: MadeImage,
): Promise<Contents> {
  const repo = parseRepoName(name);
  const manifests: Record<string, string> = {};
  const blobs: Record<string, string> = {};
  const referrers: Record<string, readonly string[]> = {};
  for (const digest of image.manifests.map(parseDigest)) {
    const { bytes } = await client.getManifest(repo, byDigest(digest));
    manifests[digest] = Buffer.from(bytes).toString();
    const listed = await Array.fromAsync(client.referrers(repo, digest));
    referrers[digest] = listed.map((one) => one.digest).toSorted();
  }
  for (const digest of image.blobs.map(parseDigest)) {
    const bytes = await collect(client.pullBlob(repo, digest));
    blobs[digest] = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  }
  return { tag: (await client.resolve(repo, byTag(tag))).digest, manifests, blobs, referrers };
}
