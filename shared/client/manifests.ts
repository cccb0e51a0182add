import type { Descriptor } from "../oci/descriptor.ts";
import { algorithmOf, type Digest, parseDigest } from "../oci/digest.ts";
import { parseManifest } from "../oci/manifest.ts";
import { MANIFEST_TYPES, manifestKind } from "../oci/media-types.ts";
import type { Tag } from "../oci/names.ts";
import type { Reference } from "../oci/reference.ts";
import { digestOfBytes } from "../registry/digests.ts";
import type { Manifest, ManifestInfo } from "../registry/registry.ts";
import { bodyOf, demandFine } from "./answers.ts";
import { numberIn } from "./blobs.ts";
import { deleteAt } from "./delete-at.ts";
import { DamagedError, RegistryFailure } from "./failures.ts";
import { follow } from "./follow.ts";
import type { Answer } from "./messages.ts";
import { persist } from "./patience.ts";
import { addToReferrersTag } from "./referrers-tag.ts";
import type { Remote } from "./remote.ts";
import { gather } from "./send.ts";

const ACCEPT = { Accept: [...MANIFEST_TYPES, "*/*;q=0.1"].join(", ") };

const textOf = (reference: Reference): string =>
  reference.kind === "tag" ? reference.tag : reference.digest;

function ask(
  { client, repo, waiting }: Remote,
  method: "GET" | "HEAD",
  reference: Reference,
): Promise<Answer> {
  const target = `/v2/${repo}/manifests/${textOf(reference)}`;
  return persist(async () => gather(await follow(client, { method, target, headers: ACCEPT })), waiting);
}

/** What a tag means now. RegistryRefusal MANIFEST_UNKNOWN, DamagedError */
export async function resolveManifest(remote: Remote, reference: Reference): Promise<ManifestInfo> {
  const answer = demandFine(await ask(remote, "HEAD", reference));
  const digest = announcedDigest(answer);
  const size = numberIn(answer.header("content-length"));
  const isAsked = reference.kind === "tag" || reference.digest === digest;
  // Some registries say both only with the manifest itself; and another digest than was asked for, the bytes have to prove.
  if (digest === undefined || size === undefined || !isAsked) return getManifest(remote, reference);
  return { digest, size, mediaType: mediaTypeOf(answer) };
}

/** The manifest's exact bytes, which have its digest. RegistryRefusal MANIFEST_UNKNOWN, DamagedError */
export async function getManifest(remote: Remote, reference: Reference): Promise<Manifest> {
  const answer = demandFine(await ask(remote, "GET", reference));
  const bytes = answer.body;
  const expected = reference.kind === "digest" ? reference.digest : announcedDigest(answer);
  const digest = digestOfBytes(expected ? algorithmOf(expected) : "sha256", bytes);
  if (expected !== undefined && digest !== expected) {
    throw new DamagedError(`${answer.url.host}/${remote.repo}`, expected, digest);
  }
  return { digest, mediaType: mediaTypeOf(answer), size: bytes.length, bytes };
}

const mediaTypeOf = ({ header }: Answer): string => header("content-type")?.split(";", 1)[0]?.trim() ?? "";

function announcedDigest({ header, request }: Answer): Digest | undefined {
  const text = header("docker-content-digest");
  if (text === undefined) return undefined;
  try {
    return parseDigest(text);
  } catch (cause) {
    throw new RegistryFailure(`${request} answered with '${text.slice(0, 100)}', which is no digest`, {
      cause,
    });
  }
}

export interface OutgoingManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** by its digest alone, where there is none */
  readonly tags: readonly Tag[];
}

/**
 * Puts a manifest under each of its tags. Where the registry does not list its subject's referrers by itself, the
 * referrers tag is kept for it (distribution-spec § Referrers Tag Schema). RegistryRefusal MANIFEST_INVALID,
 * MANIFEST_BLOB_UNKNOWN
 */
export async function pushManifest(
  remote: Remote,
  manifest: OutgoingManifest,
): Promise<{ readonly subject?: Digest }> {
  const { bytes, mediaType, digest, tags } = manifest;
  const { client, repo, waiting } = remote;
  let listsReferrers = false;
  for (const reference of tags.length > 0 ? tags : [digest]) {
    const target = `/v2/${repo}/manifests/${reference}`;
    const headers = { "Content-Type": mediaType };
    const put = () => client.send({ method: "PUT", target, headers, body: bodyOf(bytes) });
    const answer = demandFine(await persist(put, waiting));
    listsReferrers = answer.header("oci-subject") !== undefined;
  }
  const referrer = referrerOf(manifest);
  if (referrer === undefined) return {};
  const { subject, descriptor } = referrer;
  if (!listsReferrers) await addToReferrersTag(remote, subject, descriptor);
  return { subject };
}

/** What the list of its subject's referrers says of a manifest; undefined where it has none. */
function referrerOf({
  bytes,
  mediaType,
  digest,
}: OutgoingManifest): { readonly subject: Digest; readonly descriptor: Descriptor } | undefined {
  if (manifestKind(mediaType) === undefined) return undefined;
  const { subject, artifactType, annotations } = parseManifest(bytes, mediaType);
  if (subject === undefined) return undefined;
  const described = {
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations && { annotations }),
  };
  return { subject, descriptor: { mediaType, digest, size: bytes.length, ...described } };
}

/** A tag goes alone; a manifest goes with all its tags. RegistryRefusal MANIFEST_UNKNOWN, UNSUPPORTED */
export const deleteManifest = (remote: Remote, reference: Reference): Promise<void> =>
  deleteAt(remote, `/v2/${remote.repo}/manifests/${textOf(reference)}`);
