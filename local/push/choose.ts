import { parseTag, type Tag } from "../../shared/oci/names.ts";
import { Complaint } from "../complaint.ts";
import type { Selection } from "./options.ts";
import type { Source, SourceImage } from "./source.ts";

/** An image and the tags that it gets; none: it is pushed by its digest alone. */
export interface Chosen extends Pick<SourceImage, "mediaType" | "digest"> {
  readonly tags: readonly Tag[];
}

const LATEST = parseTag("latest");

/** Complaint where nothing fits, or more than one does. */
export function chooseImages(source: Source, selection: Selection, tag: Tag | undefined): readonly Chosen[] {
  if (source.images.length === 0) throw new Complaint(`${source.name} holds no image`);
  if (selection.kind === "all") return underOwnTags(source);
  const image = oneOf(source, selection, tag);
  return [{ ...image, tags: [tag ?? tagsOf(image)[0] ?? LATEST] }];
}

function oneOf(source: Source, selection: Selection, tag: Tag | undefined): SourceImage {
  const { images, name } = source;
  const [only] = images;
  if (selection.kind !== "named" && images.length === 1 && only !== undefined) return only;
  const wanted = selection.kind === "named" ? selection.name : tag;
  const fitting = images.filter((image) => wanted !== undefined && isCalled(image, wanted));
  const [found, ...others] = fitting;
  if (found !== undefined && others.length === 0) return found;
  const problem =
    fitting.length > 1
      ? `${fitting.length} images that '${wanted}' may mean`
      : selection.kind === "named"
        ? `no image '${wanted}'`
        : `${images.length} images`;
  throw new Complaint(`${name} holds ${problem}: choose one with --image (${listed(source)}), or push --all`);
}

const MOST_LISTED = 10;

function listed({ images }: Source): string {
  const names = images.map((image) => image.names.at(-1) ?? image.digest);
  const more = names.length > MOST_LISTED ? [`${names.length - MOST_LISTED} more`] : [];
  return [...names.slice(0, MOST_LISTED), ...more].join(", ");
}

/** By its digest, its whole name, or an end of it: `alpine:3.22` or `3.22` of `docker.io/library/alpine:3.22`. */
const isCalled = ({ names, digest }: SourceImage, wanted: string): boolean =>
  digest === wanted ||
  names.some((name) => name === wanted || name.endsWith(`/${wanted}`) || name.endsWith(`:${wanted}`));

function underOwnTags({ images, name }: Source): readonly Chosen[] {
  const owners = new Map<Tag, string>();
  return images.map((image) => {
    const tags = tagsOf(image);
    for (const tag of tags) {
      const owner = owners.get(tag) ?? image.digest;
      if (owner !== image.digest) {
        throw new Complaint(
          `${name} holds two images with the tag '${tag}': push one after the other with --image`,
        );
      }
      owners.set(tag, image.digest);
    }
    return { ...image, tags };
  });
}

/** The tags in the names: `1.0`, or what follows the last colon of `alpine:1.0`; a digest is none. */
function tagsOf({ names }: SourceImage): readonly Tag[] {
  const texts = names
    .filter((name) => !name.includes("@"))
    .map((name) => name.slice(name.lastIndexOf(":") + 1))
    .filter((text) => TAG.test(text));
  return [...new Set(texts)].map(parseTag);
}

const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
