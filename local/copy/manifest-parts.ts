import type { Descriptor } from "../../shared/oci/descriptor.ts";
import { OciError } from "../../shared/oci/errors.ts";
import { parseManifest } from "../../shared/oci/manifest.ts";
import type { Manifest } from "../../shared/registry/registry.ts";
import { Complaint } from "../complaint.ts";

/** An entry of an index. */
export interface Child extends Descriptor {
  readonly platform?: unknown;
}

export interface ManifestParts {
  /** config and layers, foreign ones left out */
  readonly blobs: readonly Descriptor[];
  /** undefined for an image */
  readonly children: readonly Child[] | undefined;
}

interface Json {
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[] | null;
  readonly manifests?: readonly Child[] | null;
}

/** What a manifest names. Complaint where it is of a kind that can't be read. */
export function partsOf({ bytes, mediaType, digest }: Manifest): ManifestParts {
  try {
    const { blobs } = parseManifest(bytes, mediaType);
    // What has passed `parseManifest` has descriptors in these places.
    const { config, layers, manifests } = JSON.parse(new TextDecoder().decode(bytes)) as Json;
    const wanted = new Set(blobs);
    const named = [...(config ? [config] : []), ...(layers ?? [])].filter((blob) =>
      wanted.delete(blob.digest),
    );
    return { blobs: named, children: config === undefined ? (manifests ?? []) : undefined };
  } catch (cause) {
    if (!(cause instanceof OciError)) throw cause;
    throw new Complaint(`the manifest ${digest} can't be copied: ${String(cause.detail?.["reason"])}`, {
      cause,
    });
  }
}
