import type { Digest } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import type { Reference } from "../oci/reference.ts";
import { textOf } from "./attributes.ts";
import { keys } from "./keyspace.ts";
import { readManifest } from "./manifest-items.ts";
import type { ReadPorts } from "./ports.ts";
import type { Registry } from "./registry.ts";

/** One look may find a manifest that is deleted before its bytes are read; the next finds what has taken its place. */
const LOOKS = 3;

/** One read for a small manifest, by tag as by digest; two for a larger one. */
export const createGetManifest =
  (ports: ReadPorts): Registry["getManifest"] =>
  async ({ repo, reference }) => {
    const { kind } = reference;
    const key = kind === "tag" ? keys.tag(repo, reference.tag) : keys.manifest(repo, reference.digest);
    for (let look = 1; look <= LOOKS; look += 1) {
      const item = await ports.table.get(key, "strong");
      if (!item || item.attributes["deleting"] !== undefined) break;
      const digest = kind === "tag" ? (textOf(item, "digest") as Digest) : reference.digest;
      const manifest = await readManifest(ports, { repo, digest, item });
      if (manifest) return manifest;
    }
    throw unknownManifest(reference);
  };

export const unknownManifest = (reference: Reference): OciError =>
  new OciError(
    "MANIFEST_UNKNOWN",
    reference.kind === "tag" ? { tag: reference.tag } : { digest: reference.digest },
  );
