import { createHash } from "node:crypto";
import type { Digest } from "../../shared/oci/digest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../shared/oci/media-types.ts";
import { parseRepoName, parseTag, type RepoName } from "../../shared/oci/names.ts";
import type { Blobs } from "../../shared/ports/blobs.ts";
import type { Clock } from "../../shared/ports/clock.ts";
import type { Table } from "../../shared/ports/table.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import type { Caller, Registry } from "../../shared/registry/registry.ts";
import { sweep } from "../../shared/registry/sweep.ts";
import { type Fault, injectFaults } from "../../shared/stores/faulty-table.ts";
import { createMemoryBlobs } from "../../shared/stores/memory-blobs.ts";
import { createMemoryTable } from "../../shared/stores/memory-table.ts";
import { bodyOf, fetchSource } from "./bodies.ts";
import { seededRandom } from "./seeded-random.ts";

export const caller: Caller = { name: "anonymous" };
export const repo = (name: string): RepoName => parseRepoName(name);
export const tag = (name: string) => parseTag(name);
export const byTag = (name: string) => ({ kind: "tag", tag: tag(name) }) as const;
export const byDigest = (digest: Digest) => ({ kind: "digest", digest }) as const;

interface DomainOptions {
  readonly seed?: number;
  readonly rates?: Readonly<Partial<Record<Fault, number>>>;
  readonly uploadIdle?: number;
}

interface Moods {
  readonly random: () => number;
  readonly rates: Readonly<Partial<Record<Fault, number>>>;
}
/** What a domain under test stands on: a table with its moods, the same without, and blobs. */
export interface DomainStores {
  readonly table: Table;
  readonly bare: Table;
  readonly blobs: Blobs;
}
type OpenStores = (moods: Moods) => DomainStores;

const inMemory: OpenStores = ({ random, rates }) => {
  const bare = createMemoryTable();
  const table = Object.keys(rates).length > 0 ? injectFaults(bare, { random, rates }) : bare;
  return { table, bare, blobs: createMemoryBlobs() };
};
const chosen = { open: inMemory };

/** Puts other stores in the place of those in memory, so that the domain's tests can be run over real ones. */
export function useStores(open: OpenStores): void {
  chosen.open = open;
}

const secretOf = (random: () => number): string =>
  Buffer.from(Array.from({ length: 32 }, () => Math.floor(random() * 256))).toString("base64url");

/** The domain over the in-memory stores (but for `useStores`), with a clock that the test moves. */
export function createDomain({ seed = 1, rates = {}, uploadIdle = 60_000 }: DomainOptions = {}) {
  const random = seededRandom(seed);
  const time = { now: Date.UTC(2026, 0, 1) };
  let ids = 0;
  const clock: Clock = {
    now: () => time.now,
    newId: () => `${(ids += 1).toString(16).padStart(8, "0")}-${Math.floor(random() * 2 ** 32).toString(16)}`,
    newSecret: () => secretOf(random),
    random,
    // Others get their turn, as they do while a real clock runs.
    sleep: () => new Promise((resolve) => setImmediate(resolve)),
  };
  const { bare, ...stores } = chosen.open({ random, rates });
  const ports = { ...stores, clock, uploadIdle };
  return { registry: createRegistry(ports), ...ports, bare, random, time, sweep: () => sweep(ports) };
}

export const sha256 = (bytes: Uint8Array): Digest =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest;
export const sha512 = (bytes: Uint8Array): Digest =>
  `sha512:${createHash("sha512").update(bytes).digest("hex")}` as Digest;

export async function pushBlob(registry: Registry, name: RepoName, bytes: Uint8Array): Promise<Digest> {
  const { id, secret } = await registry.beginUpload({ caller, repo: name });
  const digest = sha256(bytes);
  await registry.commitUpload({ caller, repo: name, id, secret, digest, chunk: { body: bodyOf(bytes) } });
  return digest;
}

export async function pullBlob(registry: Registry, name: RepoName, digest: Digest): Promise<Uint8Array> {
  const { source } = await registry.openBlob({ caller, repo: name, digest });
  return fetchSource(source);
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const descriptor = (mediaType: string, bytes: Uint8Array) => ({
  mediaType,
  digest: sha256(bytes),
  size: bytes.length,
});

interface ImageParts {
  readonly config: Uint8Array;
  readonly layers?: readonly Uint8Array[];
  readonly subject?: { readonly mediaType: string; readonly digest: Digest; readonly size: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The bytes of an image manifest. */
export const imageManifest = ({ config, layers = [], subject, annotations }: ImageParts): Uint8Array =>
  json({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptor("application/vnd.oci.image.config.v1+json", config),
    layers: layers.map((layer) => descriptor("application/vnd.oci.image.layer.v1.tar", layer)),
    subject,
    annotations,
  });

/** The bytes of an index over manifests. */
export const indexManifest = (children: readonly Uint8Array[]): Uint8Array =>
  json({
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: children.map((child) => descriptor(OCI_MANIFEST, child)),
  });

/** Pushes a config and a manifest of it under the tags; answers the digest of the manifest. */
export async function pushImage(
  registry: Registry,
  name: RepoName,
  { text, tags = [] }: { readonly text: string; readonly tags?: readonly string[] },
): Promise<Digest> {
  const config = json({ text });
  await pushBlob(registry, name, config);
  const bytes = imageManifest({ config });
  const reference = byDigest(sha256(bytes));
  const { digest } = await registry.putManifest({
    caller,
    repo: name,
    reference,
    tags: tags.map(tag),
    mediaType: OCI_MANIFEST,
    bytes,
  });
  return digest;
}
