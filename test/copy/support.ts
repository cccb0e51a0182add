import { systemClock } from "../../local/system-clock.ts";
import { contentOf } from "../../shared/client/content.ts";
import { createHttpClient } from "../../shared/client/http-client.ts";
import { createRegistryClient, type RegistryClient } from "../../shared/client/registry-client.ts";
import { parseDigest } from "../../shared/oci/digest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../shared/oci/media-types.ts";
import { parseRepoName, parseTag } from "../../shared/oci/names.ts";
import { patterned } from "../support/bodies.ts";
import { sha256 } from "../support/domain.ts";

interface Described {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar";

export interface MadeImage {
  readonly index: Described;
  readonly amd64: Described;
  readonly arm64: Described;
  readonly signature: Described;
  readonly ofSignature: Described;
  /** digests of all manifests */
  readonly manifests: readonly string[];
  readonly blobs: readonly string[];
}

const clientAt = (url: string): RegistryClient =>
  createRegistryClient({
    http: createHttpClient({ base: new URL(url), timeout: 20_000 }),
    clock: systemClock,
  });

/**
 * Two platforms with a layer of their own and one in common, an index, a signature of one of them with a signature of its
 * own; the index has an SBOM.
 */
export async function makeImage(
  url: string,
  name: string,
  tag: string,
  layerSize = 300_000,
): Promise<MadeImage> {
  const client = clientAt(url);
  const repo = parseRepoName(name);
  const blobs: string[] = [];
  const manifests: string[] = [];
  const blob = async (bytes: Uint8Array, mediaType: string): Promise<Described> => {
    await client.pushBlob(repo, { digest: sha256(bytes), content: contentOf(bytes) });
    blobs.push(sha256(bytes));
    return { mediaType, digest: sha256(bytes), size: bytes.length };
  };
  const manifest = async (
    value: object,
    tags: readonly string[] = [],
    mediaType = OCI_MANIFEST,
  ): Promise<Described> => {
    const put = await putManifest(client, name, { mediaType, ...value }, tags);
    manifests.push(put.digest);
    return put;
  };
  const shared = await blob(patterned(1000, "shared"), LAYER);
  const image = async (architecture: string) =>
    manifest({
      config: await blob(Buffer.from(JSON.stringify({ architecture, os: "linux" })), CONFIG),
      layers: [shared, await blob(patterned(layerSize, architecture), LAYER)],
    });
  const referrer = async (subject: Described, artifactType: string) =>
    manifest({ artifactType, config: await blob(Buffer.from("{}"), CONFIG), layers: [], subject });
  const [amd64, arm64] = [await image("amd64"), await image("arm64")];
  const children = [
    { ...amd64, platform: { os: "linux", architecture: "amd64" } },
    { ...arm64, platform: { os: "linux", architecture: "arm64", variant: "v8" } },
  ];
  const index = await manifest({ manifests: children }, [tag], OCI_INDEX);
  const signature = await referrer(amd64, "application/vnd.example.signature");
  const ofSignature = await referrer(signature, "application/vnd.example.countersignature");
  await referrer(index, "application/vnd.example.sbom");
  client.close();
  return { index, amd64, arm64, signature, ofSignature, manifests, blobs: [...new Set(blobs)] };
}

async function putManifest(
  client: RegistryClient,
  name: string,
  value: { readonly mediaType: string } & Readonly<Record<string, unknown>>,
  tags: readonly string[] = [],
): Promise<Described> {
  const { mediaType } = value;
  // With spaces: who writes it anew changes its digest.
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, ...value }, null, 3));
  const digest = parseDigest(sha256(bytes));
  await client.putManifest(parseRepoName(name), { digest, mediaType, bytes, tags: tags.map(parseTag) });
  return { mediaType, digest, size: bytes.length };
}

/** An index that refers to an image, and names `entry`, which is for no platform. */
export async function addBundle(
  url: string,
  name: string,
  { subject, entry }: { readonly subject: Described; readonly entry: Described },
): Promise<Described> {
  const client = clientAt(url);
  const index = { mediaType: OCI_INDEX, artifactType: "application/vnd.example.bundle" };
  const bundle = await putManifest(client, name, { ...index, manifests: [entry], subject });
  client.close();
  return bundle;
}

/** Which of the digests a repository has. */
export async function heldBy(
  url: string,
  repo: string,
  kind: "manifests" | "blobs",
  digests: readonly string[],
) {
  const held = await Promise.all(
    digests.map(
      async (digest) => (await fetch(`${url}/v2/${repo}/${kind}/${digest}`, { method: "HEAD" })).ok,
    ),
  );
  return digests.filter((_, at) => held[at]);
}
