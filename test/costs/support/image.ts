import type { Content, ManifestContent } from "../../spec/support/content.ts";
import {
  content,
  descriptor,
  image,
  manifestOf,
  OCI_CONFIG,
  OCI_MANIFEST,
} from "../../spec/support/content.ts";
import { patterned } from "../../support/bodies.ts";
import type { Counted, CountedRegistry } from "./counted-registry.ts";

/** An image as its parts, none of which another seed has. */
export interface Image {
  readonly blobs: readonly Content[];
  readonly manifest: ManifestContent;
}

interface ImagePlan {
  readonly seed: string;
  /** bytes of each layer */
  readonly layers: readonly number[];
  /** of another image */
  readonly sharedLayers?: readonly Content[];
}

const CONFIG_BYTES = 4000;

export function createImage({ seed, layers, sharedLayers = [] }: ImagePlan): Image {
  const config = content(patterned(CONFIG_BYTES, `${seed} config`));
  const own = layers.map((size, at) => content(patterned(size, `${seed} ${at}`)));
  const all = [...sharedLayers, ...own];
  return { blobs: [config, ...all], manifest: image({ config, layers: all }) };
}

/** A manifest of exactly so many bytes. */
export function manifestOfSize(bytes: number, config: Content): ManifestContent {
  const padded = (padding: string): ManifestContent =>
    manifestOf(
      {
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        config: descriptor(OCI_CONFIG, config),
        layers: [],
        annotations: { padding },
      },
      OCI_MANIFEST,
    );
  return padded("x".repeat(bytes - padded("").bytes.length));
}

/** bytes: about what an invocation takes, whose event is 6 MB of base64 at most */
export const CHUNK = 4 * 1024 * 1024;

/** POST, PATCH for each chunk, PUT: one chunk as clients send a whole blob, several as those do that send chunks. */
export async function pushBlob(registry: CountedRegistry, repo: string, blob: Content): Promise<Counted[]> {
  const begun = await registry.send({ method: "POST", target: `/v2/${repo}/blobs/uploads/` }, 202);
  const target = begun.answer.headers["Location"] ?? "";
  const counted = [begun];
  const isWhole = blob.bytes.length <= CHUNK;
  for (let at = 0; at < blob.bytes.length; at += CHUNK) {
    const body = blob.bytes.subarray(at, at + CHUNK);
    const headers: Record<string, string> = isWhole
      ? {}
      : { "content-range": `${at}-${at + body.length - 1}` };
    counted.push(await registry.send({ method: "PATCH", target, headers, body }, 202));
  }
  counted.push(await registry.send({ method: "PUT", target: `${target}&digest=${blob.digest}` }, 201));
  return counted;
}

export const putManifest = (
  registry: CountedRegistry,
  { repo, reference, manifest }: { repo: string; reference: string; manifest: ManifestContent },
): Promise<Counted> =>
  registry.send(
    {
      method: "PUT",
      target: `/v2/${repo}/manifests/${reference}`,
      headers: { "content-type": manifest.mediaType },
      body: manifest.bytes,
    },
    201,
  );

/** Every blob, then the manifest. */
export async function pushImage(
  registry: CountedRegistry,
  repo: string,
  { blobs, manifest }: Image,
  reference: string,
): Promise<readonly Counted[]> {
  const counted: Counted[] = [];
  for (const blob of blobs) counted.push(...(await pushBlob(registry, repo, blob)));
  counted.push(await putManifest(registry, { repo, reference, manifest }));
  return counted;
}
