import type { Digest } from "../../shared/oci/digest.ts";
import { MAX_MANIFEST_BYTES } from "../../shared/oci/manifest.ts";
import { OCI_MANIFEST } from "../../shared/oci/media-types.ts";
import { createHasher, digestOfBytes, digestOfHash } from "../../shared/registry/digests.ts";
import { Complaint } from "../complaint.ts";
import type { Files } from "./files.ts";
import { digestIn, type Json, objectFrom, objectsOf, textIn, textsIn, valueFrom } from "./json.ts";
import type { Source, SourceImage } from "./source.ts";
import { readStretch, readWhole, type Stretch } from "./stretch.ts";

const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar";

interface Held {
  readonly images: SourceImage[];
  readonly manifests: Map<Digest, Buffer>;
  readonly blobs: Map<Digest, Stretch>;
}

/**
 * What `docker save` wrote before it wrote OCI layouts, and other tools still write: manifest.json, configs and layers.
 * The manifests are made here; configs stay as they are, and with them the ids of images. Undefined where the files are
 * none such; Complaint where they can't be used.
 */
export async function openDockerArchive(files: Files): Promise<Source | undefined> {
  const list = await files.find("manifest.json");
  if (list === undefined) return undefined;
  const place = `manifest.json of ${files.name}`;
  const held: Held = { images: [], manifests: new Map(), blobs: new Map() };
  for (const entry of objectsOf(valueFrom(await readWhole(list, MAX_MANIFEST_BYTES), place), place)) {
    await addImage(files, held, entry, place);
  }
  return {
    name: files.name,
    images: held.images,
    manifest: async (digest) => held.manifests.get(digest),
    blob: async (digest) => held.blobs.get(digest),
  };
}

async function addImage(files: Files, held: Held, entry: Json, place: string): Promise<void> {
  const { stretch, bytes } = await configOf(files, textIn(entry, "Config", place));
  const config = { mediaType: CONFIG, digest: digestOfBytes("sha256", bytes), size: stretch.size };
  held.blobs.set(config.digest, stretch);
  const layers = [];
  for (const layer of await layersOf(files, entry, bytes, place)) {
    held.blobs.set(layer.digest, layer.stretch);
    layers.push({ mediaType: layer.mediaType, digest: layer.digest, size: layer.stretch.size });
  }
  const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers };
  const made = Buffer.from(JSON.stringify(manifest));
  const digest = digestOfBytes("sha256", made);
  held.manifests.set(digest, made);
  held.images.push({ mediaType: OCI_MANIFEST, digest, names: textsIn(entry, "RepoTags", place) });
}

async function configOf(files: Files, name: string) {
  const stretch = await needed(files, name);
  return { stretch, bytes: await readWhole(stretch, MAX_MANIFEST_BYTES) };
}

interface Layer {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly stretch: Stretch;
}

async function layersOf(files: Files, entry: Json, config: Buffer, place: string): Promise<readonly Layer[]> {
  const { rootfs } = objectFrom(config, `the config of an image in ${files.name}`);
  const diffIds = (rootfs as Json | undefined)?.["diff_ids"];
  const names = textsIn(entry, "Layers", place);
  if (!Array.isArray(diffIds) || diffIds.length !== names.length) {
    throw new Complaint(`${place} names ${names.length} layers, and the image's config names others`);
  }
  return Promise.all(
    names.map(async (name, at) => layerOf(await needed(files, name), digestIn(String(diffIds[at]), place))),
  );
}

/** How compressed layers begin. */
const COMPRESSIONS = [
  ["1f8b", "+gzip"],
  ["28b52ffd", "+zstd"],
] as const;

/** A diff id is the digest of what is not compressed: proved while that is sent. */
async function layerOf(stretch: Stretch, diffId: Digest): Promise<Layer> {
  const [start = Buffer.alloc(0)] = await Array.fromAsync(readStretch(stretch, 0, Math.min(4, stretch.size)));
  const magic = Buffer.from(start).toString("hex");
  const compression = COMPRESSIONS.find(([begins]) => magic.startsWith(begins))?.[1];
  if (compression === undefined) return { mediaType: LAYER, digest: diffId, stretch };
  const hash = createHasher("sha256");
  for await (const chunk of readStretch(stretch)) hash.update(chunk);
  return { mediaType: `${LAYER}${compression}`, digest: digestOfHash("sha256", hash), stretch };
}

async function needed(files: Files, name: string): Promise<Stretch> {
  const stretch = await files.find(name);
  if (stretch === undefined)
    throw new Complaint(`${files.name} does not hold ${name}, which its manifest.json names`);
  return stretch;
}
