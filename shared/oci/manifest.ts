import type { Descriptor } from "./descriptor.ts";
import { type Digest, parseDigest } from "./digest.ts";
import { OciError } from "./errors.ts";
import { isForeignLayer, MANIFEST_TYPES, manifestKind } from "./media-types.ts";

/** distribution-spec § Pushing Manifests: a registry should take at least this many bytes; this one takes no more. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
/** So many references keep every item of a manifest within the limits of the table. */
const MAX_REFERENCES = 4000;
/** RFC 6838 § 4.2: two names of at most 127 characters and a slash. */
const MAX_MEDIA_TYPE = 255;

/** What a registry reads in a manifest; the bytes themselves are kept as they came. */
export interface ManifestContent {
  /** blobs that must be present: the config and the layers, foreign ones left out */
  readonly blobs: readonly Digest[];
  /** children of an index, which may be absent */
  readonly children: readonly Digest[];
  readonly subject?: Digest;
  /** as the referrers list shows it: the manifest's own, else the media type of its config */
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

type Json = Readonly<Record<string, unknown>>;

const invalid = (reason: string): OciError => new OciError("MANIFEST_INVALID", { reason });

/**
 * Validates a manifest against the media type that it was pushed with (image-spec § Image Manifest, § Image Index).
 * MANIFEST_INVALID with the reason where it is none.
 */
export function parseManifest(bytes: Uint8Array, mediaType: string): ManifestContent {
  const kind = manifestKind(mediaType);
  if (!kind)
    throw invalid(`Content-Type '${mediaType.slice(0, 100)}' is none of ${MANIFEST_TYPES.join(", ")}`);
  const manifest = parseJson(bytes);
  requireHeader(manifest, mediaType);
  const content = kind === "image" ? imageContent(manifest) : indexContent(manifest);
  const count = content.blobs.length + content.children.length;
  if (count > MAX_REFERENCES) throw invalid(`${count} references; this registry takes ${MAX_REFERENCES}`);
  return content;
}

function parseJson(bytes: Uint8Array): Json {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new OciError("MANIFEST_INVALID", { reason: "the manifest is no JSON in UTF-8" }, { cause });
  }
  return objectOf(value, "the manifest");
}

function requireHeader(manifest: Json, mediaType: string): void {
  const { schemaVersion, mediaType: own } = manifest;
  if (schemaVersion !== 2) throw invalid("schemaVersion must be 2; schema 1 is not supported");
  if (own !== undefined && own !== mediaType) {
    throw invalid(`mediaType in the manifest differs from Content-Type '${mediaType}'`);
  }
}

function imageContent(manifest: Json): ManifestContent {
  const { config, layers, manifests } = manifest;
  if (manifests !== undefined) throw invalid("an image manifest must not have 'manifests'");
  const described = descriptorOf(config, "config");
  const parsed = listOf(layers, "layers");
  const blobs = [described, ...parsed.filter((layer) => !isForeignLayer(layer.mediaType))];
  return {
    blobs: [...new Set(blobs.map(({ digest }) => digest))],
    children: [],
    ...commonContent(manifest, described.mediaType),
  };
}

function indexContent(manifest: Json): ManifestContent {
  const { manifests, layers, config } = manifest;
  if (layers !== undefined || config !== undefined) {
    throw invalid("an index must not have 'layers' or 'config'");
  }
  const children = listOf(manifests, "manifests").map(({ digest }) => digest);
  return { blobs: [], children: [...new Set(children)], ...commonContent(manifest, undefined) };
}

function commonContent(
  manifest: Json,
  configType: string | undefined,
): Pick<ManifestContent, "subject" | "artifactType" | "annotations"> {
  const { subject, artifactType, annotations } = manifest;
  const own =
    artifactType === undefined || artifactType === "" ? undefined : mediaTypeOf(artifactType, "artifactType");
  const type = own ?? configType;
  return {
    ...(subject !== undefined && subject !== null && { subject: descriptorOf(subject, "subject").digest }),
    ...(type !== undefined && { artifactType: type }),
    ...(annotations !== undefined &&
      annotations !== null && { annotations: annotationsOf(annotations, "annotations") }),
  };
}

/** Go's encoders write an empty list as null, so null counts as one. */
function listOf(value: unknown, place: string): Descriptor[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(`${place} must be a list`);
  return value.map((entry, at) => descriptorOf(entry, `${place}[${at}]`));
}

/** image-spec § Descriptor. */
function descriptorOf(value: unknown, place: string): Descriptor {
  const { mediaType, digest, size, urls, annotations } = objectOf(value, place);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw invalid(`${place}.size must be a whole number of bytes`);
  }
  if (urls !== undefined && urls !== null && !isTextList(urls)) {
    throw invalid(`${place}.urls must be a list of strings`);
  }
  if (annotations !== undefined && annotations !== null) annotationsOf(annotations, `${place}.annotations`);
  return { mediaType: mediaTypeOf(mediaType, `${place}.mediaType`), size, digest: digestOf(digest, place) };
}

function mediaTypeOf(value: unknown, place: string): string {
  const isUsable =
    typeof value === "string" && value !== "" && value.length <= MAX_MEDIA_TYPE && value.isWellFormed();
  if (!isUsable) throw invalid(`${place} must be a media type of at most ${MAX_MEDIA_TYPE} characters`);
  return value;
}

function digestOf(value: unknown, place: string): Digest {
  try {
    return parseDigest(typeof value === "string" ? value : "");
  } catch (cause) {
    throw new OciError(
      "MANIFEST_INVALID",
      { reason: `${place}.digest must be a sha256 or sha512 digest` },
      { cause },
    );
  }
}

function annotationsOf(value: unknown, place: string): Readonly<Record<string, string>> {
  const map = objectOf(value, place);
  if (!isTextList(Object.values(map))) throw invalid(`${place} must map strings to strings`);
  return map as Readonly<Record<string, string>>;
}

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === "string");

function objectOf(value: unknown, place: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(`${place} must be a JSON object`);
  }
  return value as Json;
}
