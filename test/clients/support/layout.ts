import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Content, fileDigest, sha256 } from "./content.ts";

/** Makes OCI layouts (image-spec § OCI Image Layout) of folders, with nothing but tar: no client has a part in it. */

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: Platform;
}

export interface Layer {
  readonly descriptor: Descriptor;
  readonly diffId: string;
}

/** A manifest that was written, and what a complete copy of it holds. */
export interface Written {
  readonly descriptor: Descriptor;
  readonly content: Content;
}

interface ImageParts {
  readonly layers: readonly Layer[];
  readonly platform: Platform;
  readonly command: readonly string[];
  /** left out for the images of an index */
  readonly tag?: string;
}

const CREATED = "2026-01-01T00:00:00Z";
const TAR = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "-cf", "-", "."];

/** Prepares an empty layout in an existing folder and returns the folder. */
export async function createLayout(directory: string): Promise<string> {
  await mkdir(join(directory, "blobs", "sha256"), { recursive: true });
  await writeFile(join(directory, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await writeFile(join(directory, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [] }));
  return directory;
}

/** Packs a folder as a gzip layer and removes the folder. "store" wraps without compressing, for large random bytes. */
export async function addLayer(
  layout: string,
  root: string,
  effort: "fast" | "store" = "fast",
): Promise<Layer> {
  const tar = spawn("tar", TAR, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const inner = createHash("sha256");
  const tap = new PassThrough().on("data", (chunk: Uint8Array) => inner.update(chunk));
  const packed = join(layout, randomUUID());
  await pipeline(
    tar.stdout,
    tap,
    createGzip({ level: effort === "fast" ? 1 : 0 }),
    createWriteStream(packed),
  );
  await rm(root, { recursive: true });
  const digest = await fileDigest(packed);
  const { size } = await stat(packed);
  await rename(packed, blobPath(layout, digest));
  const mediaType = "application/vnd.oci.image.layer.v1.tar+gzip";
  return { descriptor: { mediaType, digest, size }, diffId: `sha256:${inner.digest("hex")}` };
}

/** Writes config and manifest; with a tag also the entry of index.json. */
export async function addImage(
  layout: string,
  { layers, platform, command, tag }: ImageParts,
): Promise<Written> {
  const diffIds = layers.map(({ diffId }) => diffId);
  const config = await addJson(layout, "application/vnd.oci.image.config.v1+json", {
    created: CREATED,
    ...platform,
    config: { Cmd: command },
    rootfs: { type: "layers", diff_ids: diffIds },
    history: layers.map((_, position) => ({ created: CREATED, created_by: `layer ${position}` })),
  });
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const parts = layers.map((layer) => layer.descriptor);
  const manifest = await addJson(layout, mediaType, { schemaVersion: 2, mediaType, config, layers: parts });
  if (tag !== undefined) await name(layout, manifest, tag);
  const digests = [manifest, config, ...parts].map(({ digest }) => digest).toSorted();
  return {
    descriptor: { ...manifest, platform },
    content: { digest: manifest.digest, digests, diffIds: [diffIds] },
  };
}

export async function addIndex(layout: string, images: readonly Written[], tag: string): Promise<Content> {
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const manifests = images.map(({ descriptor }) => descriptor);
  const index = await addJson(layout, mediaType, { schemaVersion: 2, mediaType, manifests });
  await name(layout, index, tag);
  const parts = images.map(({ content }) => content);
  return {
    digest: index.digest,
    digests: [...new Set([index.digest, ...parts.flatMap(({ digests }) => digests)])].toSorted(),
    diffIds: parts.flatMap(({ diffIds }) => diffIds),
  };
}

async function addJson(layout: string, mediaType: string, value: unknown): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(value));
  const digest = sha256(bytes);
  await writeFile(blobPath(layout, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}

async function name(layout: string, descriptor: Descriptor, tag: string): Promise<void> {
  const path = join(layout, "index.json");
  const index = JSON.parse(await readFile(path, "utf8")) as { manifests: unknown[] };
  index.manifests.push({ ...descriptor, annotations: { "org.opencontainers.image.ref.name": tag } });
  await writeFile(path, JSON.stringify(index));
}

const blobPath = (layout: string, digest: string): string => join(layout, "blobs", ...digest.split(":"));
