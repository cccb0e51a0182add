import type { Digest } from "../../shared/oci/digest.ts";
import { MAX_MANIFEST_BYTES } from "../../shared/oci/manifest.ts";
import type { Files } from "./files.ts";
import { digestIn, type Json, listIn, objectFrom, textIn } from "./json.ts";
import type { Source, SourceImage } from "./source.ts";
import { readWhole } from "./stretch.ts";

/** Where names are: image-spec § Pre-Defined Annotation Keys, and what containerd and docker write. */
const NAMES = ["org.opencontainers.image.ref.name", "io.containerd.image.name"] as const;

/** image-spec § OCI Image Layout. Undefined where the files are none; Complaint where index.json can't be used. */
export async function openLayout(files: Files): Promise<Source | undefined> {
  const index = await files.find("index.json");
  if (index === undefined) return undefined;
  const place = `index.json of ${files.name}`;
  const entries = listIn(objectFrom(await readWhole(index, MAX_MANIFEST_BYTES), place), "manifests", place);
  const blob = (digest: Digest) => files.find(`blobs/${digest.replace(":", "/")}`);
  return {
    name: files.name,
    images: merged(entries.map((entry) => imageOf(entry, place))),
    blob,
    manifest: async (digest) => {
      const found = await blob(digest);
      return found && readWhole(found, MAX_MANIFEST_BYTES);
    },
  };
}

/** An image with several names has an entry for each of them. */
function merged(images: readonly SourceImage[]): readonly SourceImage[] {
  const byDigest = Map.groupBy(images, ({ digest }) => digest);
  return [...byDigest.values()].flatMap(([image, ...others]) =>
    image === undefined
      ? []
      : [{ ...image, names: [...new Set([image, ...others].flatMap(({ names }) => names))] }],
  );
}

function imageOf(entry: Json, place: string): SourceImage {
  const annotations = (entry["annotations"] ?? {}) as Json;
  const names = NAMES.map((key) => annotations[key]).filter((name) => typeof name === "string");
  return {
    mediaType: textIn(entry, "mediaType", place),
    digest: digestIn(textIn(entry, "digest", place), place),
    names: [...new Set(names)],
  };
}
