import { createHash, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** A file to push as a blob. */
export interface BlobFile {
  readonly path: string;
  readonly digest: string;
  /** bytes */
  readonly size: number;
}
export interface Blob {
  readonly bytes: Uint8Array;
  readonly digest: string;
}
/** A small image: what most requests of a registry's day are about. */
export interface Image {
  readonly blobs: readonly Blob[];
  readonly manifest: Blob;
}

export const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
const LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip";
const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
const LAYERS = 5;
const LAYER_BYTES = 20_000;

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const blob = (bytes: Uint8Array): Blob => ({ bytes, digest: digestOf(bytes) });

const descriptor = (mediaType: string, { digest, bytes }: Blob) => ({
  mediaType,
  digest,
  size: bytes.length,
});

/** A config and layers of random bytes, so that no two runs push the same. */
export function makeImage(): Image {
  const config = blob(
    Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", created: Date.now() })),
  );
  const layers = Array.from({ length: LAYERS }, () => blob(randomBytes(LAYER_BYTES)));
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptor(CONFIG_TYPE, config),
    layers: layers.map((layer) => descriptor(LAYER_TYPE, layer)),
  };
  return { blobs: [config, ...layers], manifest: blob(Buffer.from(JSON.stringify(manifest))) };
}

const CHUNK = 1024 * 1024;

/** Writes a file; the digest is computed on the way. */
async function makeFile(folder: string, size: number): Promise<BlobFile> {
  const path = join(folder, `${randomBytes(8).toString("hex")}.bin`);
  const hash = createHash("sha256");
  async function* bytes() {
    const pattern = randomBytes(CHUNK);
    for (let written = 0; written < size; written += CHUNK) {
      // The pattern is the same in every chunk but for its beginning: enough, as no peer compresses or cuts into pieces.
      pattern.writeDoubleBE(written, 0);
      const chunk = Buffer.from(pattern.subarray(0, Math.min(CHUNK, size - written)));
      hash.update(chunk);
      yield chunk;
    }
  }
  await pipeline(bytes, createWriteStream(path));
  return { path, digest: `sha256:${hash.digest("hex")}`, size };
}

/** Files of fresh bytes, each made when it is first asked for, all in one folder. */
export class Files {
  readonly #folder: string;
  readonly #made = new Map<string, Promise<BlobFile>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The file with this number among those of this size. */
  of(size: number, number = 0): Promise<BlobFile> {
    const name = `${size}/${number}`;
    const file = this.#made.get(name) ?? makeFile(this.#folder, size);
    this.#made.set(name, file);
    return file;
  }

  async many(size: number, count: number): Promise<BlobFile[]> {
    const files: BlobFile[] = [];
    for (let number = 0; number < count; number += 1) files.push(await this.of(size, number));
    return files;
  }
}
