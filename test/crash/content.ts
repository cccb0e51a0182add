import { createHash } from "node:crypto";
import { OCI_INDEX, OCI_MANIFEST } from "../../shared/oci/media-types.ts";
import { patterned } from "../support/bodies.ts";

/** The bytes of a blob, known by heart: what comes back can be compared. */
export interface Content {
  readonly digest: string;
  readonly bytes: Buffer;
}
/** A manifest as it is pushed. */
export interface Manifest extends Content {
  readonly mediaType: string;
  /** what must be here */
  readonly blobs: readonly string[];
  readonly children: readonly string[];
  readonly subject?: string;
}

export const digestOf = (bytes: Uint8Array, algorithm = "sha256"): string =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;

export function contentOf(size: number, seed: string): Content {
  const bytes = patterned(size, seed);
  return { bytes, digest: digestOf(bytes) };
}

const described = ({ digest, bytes }: Content, mediaType: string) => ({
  mediaType,
  digest,
  size: bytes.length,
});

interface ImageParts {
  readonly blobs: readonly Content[];
  readonly subject?: Manifest;
  /** bytes that the manifest is longer for */
  readonly padding: number;
  /** tells it from every other */
  readonly mark: string;
}

export function imageOf({ blobs, subject, padding, mark }: ImageParts): Manifest {
  const [config, ...layers] = blobs;
  if (!config) throw new Error("an image has a config");
  const bytes = json({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: described(config, "application/vnd.oci.image.config.v1+json"),
    layers: layers.map((layer) => described(layer, "application/vnd.oci.image.layer.v1.tar")),
    ...(subject && { subject: described(subject, subject.mediaType) }),
    annotations: { mark, padding: "x".repeat(padding) },
  });
  return {
    bytes,
    digest: digestOf(bytes),
    mediaType: OCI_MANIFEST,
    children: [],
    blobs: blobs.map(({ digest }) => digest),
    ...(subject && { subject: subject.digest }),
  };
}

export function indexOf(children: readonly Manifest[], mark: string): Manifest {
  const manifests = children.map((child) => described(child, child.mediaType));
  const bytes = json({ schemaVersion: 2, mediaType: OCI_INDEX, manifests, annotations: { mark } });
  const digests = children.map(({ digest }) => digest);
  return { bytes, digest: digestOf(bytes), mediaType: OCI_INDEX, blobs: [], children: digests };
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
