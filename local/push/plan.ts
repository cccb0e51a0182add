import type { Outgoing } from "../../shared/client/content.ts";
import type { Descriptor } from "../../shared/oci/descriptor.ts";
import { algorithmOf, type Digest } from "../../shared/oci/digest.ts";
import { OciError } from "../../shared/oci/errors.ts";
import { parseManifest } from "../../shared/oci/manifest.ts";
import type { Tag } from "../../shared/oci/names.ts";
import { digestOfBytes } from "../../shared/registry/digests.ts";
import { Complaint } from "../complaint.ts";
import type { Chosen } from "./choose.ts";
import { objectFrom } from "./json.ts";
import type { Source } from "./source.ts";
import { contentOfStretch } from "./stretch.ts";

export interface PlannedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly tags: readonly Tag[];
  /** asked for by itself, not only named by an index */
  readonly isRoot: boolean;
}
/** All that is to be in the repository in the end. */
export interface Plan {
  /** the largest first, so that none of several lines is left alone with it at the end */
  readonly blobs: readonly Outgoing[];
  /** children before the indexes that name them */
  readonly manifests: readonly PlannedManifest[];
}

interface Planning {
  readonly source: Source;
  readonly allowMissing: boolean;
  readonly blobs: Map<Digest, Outgoing>;
  readonly manifests: Map<Digest, PlannedManifest>;
}

/** Reads the manifests, and looks for everything that they name. Complaint where something is wrong or missing. */
export async function planPush(
  source: Source,
  chosen: readonly Chosen[],
  allowMissing: boolean,
): Promise<Plan> {
  const planning: Planning = { source, allowMissing, blobs: new Map(), manifests: new Map() };
  for (const image of chosen) await addImage(planning, image, true);
  const blobs = [...planning.blobs.values()].toSorted((one, other) => other.content.size - one.content.size);
  return { blobs, manifests: [...planning.manifests.values()] };
}

async function addImage(
  planning: Planning,
  { digest, mediaType, tags }: Chosen,
  isRoot: boolean,
): Promise<void> {
  const known = planning.manifests.get(digest);
  const bytes = known?.bytes ?? (await planning.source.manifest(digest));
  if (bytes === undefined) throw missing(planning, `the manifest ${digest}`);
  const manifest = { digest, mediaType, bytes, tags: [...(known?.tags ?? []), ...tags], isRoot };
  if (known === undefined) await addReferences(planning, manifest);
  planning.manifests.set(digest, { ...manifest, isRoot: isRoot || known?.isRoot === true });
}

async function addReferences(
  planning: Planning,
  { digest, mediaType, bytes }: PlannedManifest,
): Promise<void> {
  const { source } = planning;
  if (digestOfBytes(algorithmOf(digest), bytes) !== digest) {
    throw new Complaint(
      `the manifest ${digest} in ${source.name} has another digest: it was damaged or changed`,
    );
  }
  const { blobs, children } = contentOf(digest, mediaType, bytes);
  for (const blob of blobs) {
    if (planning.blobs.has(blob)) continue;
    const stretch = await source.blob(blob);
    if (stretch === undefined) throw missing(planning, `the blob ${blob}, which ${digest} names`);
    planning.blobs.set(blob, { digest: blob, content: contentOfStretch(stretch) });
  }
  for (const child of children) await addChild(planning, child, digest);
}

async function addChild(planning: Planning, child: Descriptor, parent: Digest): Promise<void> {
  const isThere = planning.manifests.has(child.digest) || (await planning.source.manifest(child.digest));
  if (isThere) return addImage(planning, { ...child, tags: [] }, false);
  if (planning.allowMissing) return;
  throw missing(
    planning,
    `the manifest ${child.digest}, which the index ${parent} names (--allow-missing pushes it without)`,
  );
}

const missing = ({ source }: Planning, what: string): Complaint =>
  new Complaint(`${source.name} does not hold ${what}`);

function contentOf(
  digest: Digest,
  mediaType: string,
  bytes: Buffer,
): { readonly blobs: readonly Digest[]; readonly children: readonly Descriptor[] } {
  try {
    const { blobs, children } = parseManifest(bytes, mediaType);
    if (children.length === 0) return { blobs, children: [] };
    // They are what `parseManifest` has just found to be descriptors.
    return { blobs, children: objectFrom(bytes, digest)["manifests"] as readonly Descriptor[] };
  } catch (cause) {
    if (!(cause instanceof OciError)) throw cause;
    throw new Complaint(`the manifest ${digest} can't be pushed: ${String(cause.detail?.["reason"])}`, {
      cause,
    });
  }
}
