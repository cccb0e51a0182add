import type { Outgoing } from "../../shared/client/content.ts";
import type { OutgoingManifest } from "../../shared/client/manifests.ts";
import type { RegistryClient } from "../../shared/client/registry-client.ts";
import type { Descriptor } from "../../shared/oci/descriptor.ts";
import type { Digest } from "../../shared/oci/digest.ts";
import type { Manifest } from "../../shared/registry/registry.ts";
import { Complaint } from "../complaint.ts";
import { type Child, partsOf } from "./manifest-parts.ts";
import type { CopyOptions } from "./options.ts";
import { fits, type Platform, textOf } from "./platforms.ts";

/** All that is to be in the target in the end. */
export interface CopyPlan {
  /** what gets the tag */
  readonly root: Manifest;
  /** the largest first, so that none of several lines is left alone with it at the end */
  readonly blobs: readonly Outgoing[];
  /** children before the indexes that name them, referrers before their subject, the tagged one last */
  readonly manifests: readonly OutgoingManifest[];
  /** manifests that are there because they refer to others */
  readonly referrers: number;
}

interface Planning {
  readonly client: RegistryClient;
  readonly options: Pick<CopyOptions, "source" | "target" | "platforms" | "referrers">;
  readonly blobs: Map<Digest, Descriptor>;
  /** in order */
  readonly manifests: Map<Digest, Manifest>;
  readonly seen: Set<Digest>;
  readonly referrers: Set<Digest>;
}

/** Reads the manifests at the source, and what refers to them. RegistryRefusal MANIFEST_UNKNOWN, Complaint */
export async function planCopy(client: RegistryClient, options: Planning["options"]): Promise<CopyPlan> {
  const { source, target } = options;
  const planning: Planning = {
    client,
    options,
    blobs: new Map(),
    manifests: new Map(),
    seen: new Set(),
    referrers: new Set(),
  };
  const root = await chosenRoot(planning, await client.getManifest(source.repo, source.reference));
  await add(planning, root, options.platforms);
  const blobs = [...planning.blobs.values()].toSorted((one, other) => other.size - one.size);
  const tags = target.tag === undefined ? [] : [target.tag];
  return {
    root,
    blobs: blobs.map((blob) => contentThere(planning, blob)),
    manifests: [...planning.manifests.values()].map((manifest) => ({
      ...manifest,
      tags: manifest === root ? tags : [],
    })),
    referrers: planning.referrers.size,
  };
}

/** One platform of an index is an image by itself. */
async function chosenRoot({ client, options }: Planning, named: Manifest): Promise<Manifest> {
  const { platforms, source } = options;
  const { children } = partsOf(named);
  if (platforms.length === 0) return named;
  if (children === undefined) {
    throw new Complaint(`${source.repo} has one image there and no index: leave --platform out`);
  }
  for (const platform of platforms) {
    if (children.some((child) => fits(child.platform, platform))) continue;
    throw new Complaint(`the index ${named.digest} has no image for ${textOf(platform)}`);
  }
  const [child, ...others] = chosenOf(children, platforms);
  if (platforms.length > 1 || child === undefined || others.length > 0) return named;
  return client.getManifest(source.repo, { kind: "digest", digest: child.digest });
}

const chosenOf = (children: readonly Child[], platforms: readonly Platform[]): readonly Child[] =>
  platforms.length === 0
    ? children
    : children.filter((child) => platforms.some((platform) => fits(child.platform, platform)));

/** What a manifest needs comes before it, and so does what speaks of it: who sees the tag sees its signatures, too. */
async function add(
  planning: Planning,
  manifest: Manifest,
  platforms: readonly Platform[] = [],
): Promise<void> {
  if (planning.seen.has(manifest.digest)) return;
  planning.seen.add(manifest.digest);
  const { blobs, children = [] } = partsOf(manifest);
  for (const blob of blobs) planning.blobs.set(blob.digest, blob);
  for (const child of chosenOf(children, platforms)) await addNamed(planning, child.digest, platforms);
  if (planning.options.referrers) await addReferrers(planning, manifest.digest);
  planning.manifests.set(manifest.digest, manifest);
}

async function addNamed(
  planning: Planning,
  digest: Digest,
  platforms: readonly Platform[] = [],
): Promise<void> {
  if (planning.seen.has(digest)) return;
  const { client, options } = planning;
  const manifest = await client.getManifest(options.source.repo, { kind: "digest", digest });
  await add(planning, manifest, platforms);
}

/** Whole, since platforms were chosen of the image alone: what a referrer names is part of what it says. */
async function addReferrers(planning: Planning, subject: Digest): Promise<void> {
  const { client, options, seen, referrers } = planning;
  for await (const { digest } of client.referrers(options.source.repo, subject)) {
    if (seen.has(digest)) continue;
    referrers.add(digest);
    await addNamed(planning, digest);
  }
}

const contentThere = ({ client, options }: Planning, { digest, size }: Descriptor): Outgoing => ({
  digest,
  content: {
    name: `${options.source.base.host}/${options.source.repo}`,
    size,
    read: (first, end) => client.readBlob(options.source.repo, digest, { first, end }),
  },
});
