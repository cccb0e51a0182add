import type { Digest } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import type { Reference } from "../oci/reference.ts";
import { textOf } from "./attributes.ts";
import { keys } from "./keyspace.ts";
import { readManifest } from "./manifest-items.ts";
import type { Ports } from "./ports.ts";
import type { Registry } from "./registry.ts";

/** One read for a small manifest, by tag as by digest; two for a larger one. */
export const createGetManifest =
  ({ table, blobs }: Ports): Registry["getManifest"] =>
  async ({ repo, reference }) => {
    const { kind } = reference;
    const key = kind === "tag" ? keys.tag(repo, reference.tag) : keys.manifest(repo, reference.digest);
    const item = await table.get(key, "strong");
    if (!item || item.attributes["deleting"] !== undefined) throw unknownManifest(reference);
    const digest = kind === "tag" ? (textOf(item, "digest") as Digest) : reference.digest;
    const manifest = await readManifest({ table, blobs }, { repo, digest, item });
    if (!manifest) throw unknownManifest(reference);
    return manifest;
  };

export const unknownManifest = (reference: Reference): OciError =>
  new OciError(
    "MANIFEST_UNKNOWN",
    reference.kind === "tag" ? { tag: reference.tag } : { digest: reference.digest },
  );
