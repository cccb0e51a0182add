/** image-spec § Media Types, and the Docker types that it is compatible with (Image Manifest Version 2, Schema 2). */
export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";

export type ManifestKind = "image" | "index";

const KINDS: ReadonlyMap<string, ManifestKind> = new Map([
  [OCI_MANIFEST, "image"],
  [DOCKER_MANIFEST, "image"],
  [OCI_INDEX, "index"],
  [DOCKER_LIST, "index"],
]);

/** The media types that a manifest may be pushed with, for the error that names them. */
export const MANIFEST_TYPES: readonly string[] = [...KINDS.keys()];

/** What a manifest of this media type holds; undefined for a type that this registry does not take. */
export const manifestKind = (mediaType: string): ManifestKind | undefined => KINDS.get(mediaType);

const FOREIGN = new Set([
  "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
  "application/vnd.docker.image.rootfs.foreign.diff.tar",
  "application/vnd.oci.image.layer.nondistributable.v1.tar",
  "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
  "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
]);

/** Layers that live elsewhere (`urls`) and may never be pushed: image-spec § Non-Distributable Layers. */
export const isForeignLayer = (mediaType: string): boolean => FOREIGN.has(mediaType);
