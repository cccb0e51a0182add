import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type Duplex, PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";

/** Where manifests and blobs can be read: an OCI layout on disk, or a repository of a registry. */
export interface Source {
  /** the bytes of the manifest that a tag or digest names */
  readonly manifest: (reference: string) => Promise<Uint8Array>;
  readonly blob: (digest: string) => Promise<AsyncIterable<Uint8Array>>;
}

/** Everything that hangs on one reference, read byte by byte and checked against its digest. */
export interface Content {
  readonly digest: string;
  /** digests of the manifests, configs and layers, sorted */
  readonly digests: readonly string[];
  /** per image: the digests of the uncompressed layers, which survive another compression or media type */
  readonly diffIds: readonly (readonly string[])[];
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
  readonly mediaType: string;
}

interface Manifest {
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  readonly manifests?: readonly Descriptor[];
}

/** Reads all that `reference` names. Rejects where a byte is missing, or is not what a digest or a size promised. */
export async function readContent(source: Source, reference: string): Promise<Content> {
  const bytes = await source.manifest(reference);
  const digest = sha256(bytes);
  if (reference.includes(":") && digest !== reference)
    throw new Error(`${reference} holds bytes of ${digest}`);
  const manifest = JSON.parse(Buffer.from(bytes).toString("utf8")) as Manifest;
  const parts = manifest.manifests === undefined ? [await readImage(source, manifest)] : [];
  for (const child of manifest.manifests ?? []) parts.push(await readContent(source, child.digest));
  return {
    digest,
    digests: [...new Set([digest, ...parts.flatMap((part) => part.digests)])].toSorted(),
    diffIds: parts.flatMap((part) => part.diffIds),
  };
}

async function readImage(source: Source, manifest: Manifest): Promise<Pick<Content, "digests" | "diffIds">> {
  const layers = manifest.layers ?? [];
  const descriptors = manifest.config === undefined ? layers : [manifest.config, ...layers];
  const diffIds: string[] = [];
  for (const descriptor of descriptors) {
    const diffId = await readBlob(source, descriptor);
    if (isImageLayer(descriptor)) diffIds.push(diffId);
  }
  const digests = descriptors.map((descriptor) => descriptor.digest);
  return { digests, diffIds: diffIds.length > 0 ? [diffIds] : [] };
}

/** Checks digest and size of a blob and returns the digest of what is inside its compression. */
async function readBlob(source: Source, { digest, size, mediaType }: Descriptor): Promise<string> {
  const [outer, inner] = [createHash("sha256"), createHash("sha256")];
  let length = 0;
  async function* measured(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      length += chunk.length;
      outer.update(chunk);
      yield chunk;
    }
  }
  await pipeline(measured(await source.blob(digest)), decompressor(mediaType), async (bytes) => {
    for await (const chunk of bytes) inner.update(chunk as Uint8Array);
  });
  const found = `sha256:${outer.digest("hex")}`;
  if (found !== digest || length !== size) {
    throw new Error(`${digest} of ${size} bytes came as ${found} of ${length} bytes`);
  }
  return `sha256:${inner.digest("hex")}`;
}

const isImageLayer = ({ mediaType }: Descriptor): boolean =>
  /^application\/vnd\.(?:oci\.image\.layer|docker\.image\.rootfs\.diff)\./.test(mediaType);

function decompressor(mediaType: string): Duplex {
  if (mediaType.endsWith("gzip")) return createGunzip();
  return mediaType.endsWith("zstd") ? createZstdDecompress() : new PassThrough();
}

export const sha256 = (bytes: Uint8Array): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export async function fileDigest(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return `sha256:${hash.digest("hex")}`;
}
