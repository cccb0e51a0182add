import { createHash } from "node:crypto";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
const OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
export const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
export const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";

export interface Content {
  readonly bytes: Buffer;
  readonly digest: string;
}
export interface ManifestContent extends Content {
  readonly mediaType: string;
}

export const digestOf = (bytes: Uint8Array, algorithm: "sha256" | "sha512" = "sha256"): string =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;

export function content(bytes: string | Buffer, algorithm: "sha256" | "sha512" = "sha256"): Content {
  const buffer = Buffer.from(bytes);
  return { bytes: buffer, digest: digestOf(buffer, algorithm) };
}

/** Content that no one has: well formed, and absent everywhere. */
export const ABSENT = digestOf(Buffer.from("absent"));

export const descriptor = (mediaType: string, { bytes, digest }: Content) => ({
  mediaType,
  digest,
  size: bytes.length,
});

export function manifestOf(value: object, mediaType: string): ManifestContent {
  const { bytes, digest } = content(JSON.stringify(value));
  return { bytes, digest, mediaType };
}

export interface ImageParts {
  readonly config: Content;
  readonly layers?: readonly Content[];
  /** more fields of the manifest, or other values of those above */
  readonly fields?: object;
}

export const image = ({ config, layers = [], fields = {} }: ImageParts): ManifestContent =>
  manifestOf(
    {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: descriptor(OCI_CONFIG, config),
      layers: layers.map((layer) => descriptor(OCI_LAYER, layer)),
      ...fields,
    },
    OCI_MANIFEST,
  );

export const index = (children: readonly ManifestContent[], fields: object = {}): ManifestContent =>
  manifestOf(
    {
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: children.map((child) => descriptor(child.mediaType, child)),
      ...fields,
    },
    OCI_INDEX,
  );
