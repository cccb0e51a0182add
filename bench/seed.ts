import type { Image } from "./content.ts";
import { MANIFEST_TYPE } from "./content.ts";
import { type Page, pulledDigest } from "./generators.ts";
import { ask, checkBlob, pushFile, pushImage, pushTag } from "./push.ts";
import type { Sizes } from "./sizes.ts";
import type { Shared } from "./stand.ts";

export const APP = "bench/app";
export const TAGGED = "bench/tags";
export const BIG = "bench/big";
const APP_TAGS = Array.from({ length: 10 }, (_, number) => `v1.${number}`);

const PARALLEL = 8;
const tagName = (number: number): string => `release-${String(number).padStart(6, "0")}`;

/** Pushes what the reading measurements read, over HTTP as any client would, and reads it back. */
export async function seed(registry: string, { image, files, sizes }: Shared): Promise<void> {
  await pushImage(registry, APP, { image, tag: "v1.0" });
  for (const tag of APP_TAGS) await pushTag(registry, APP, { image, tag });
  const { text } = await ask(manifestUrl(registry, "v1.3"), 200, { headers: { Accept: MANIFEST_TYPE } });
  if (text !== Buffer.from(image.manifest.bytes).toString()) {
    throw new Error(`${registry}: another manifest came back`);
  }
  await pushImage(registry, TAGGED, { image, tag: tagName(0) });

  const pull = await files.of(sizes.pull);
  await pushFile(registry, BIG, { blob: pull, by: "PUT" });
  await checkBlob(registry, BIG, pull);
  const digest = await pulledDigest(blobUrl(registry, BIG, pull.digest));
  if (digest !== pull.digest) throw new Error(`${registry}: pushed ${pull.digest}, pulled ${digest}`);
}

/** All tags of TAGGED but the first, which `seed` pushed. */
export const moreTags = (sizes: Sizes): string[] =>
  Array.from({ length: sizes.tags - 1 }, (_, number) => tagName(number + 1));

/** Pushes one manifest under each of the tags. */
export async function pushTags(registry: string, image: Image, tags: readonly string[]): Promise<void> {
  const rest = tags.values();
  const pushSome = async () => {
    for (const tag of rest) await pushTag(registry, TAGGED, { image, tag });
  };
  await Promise.all(Array.from({ length: PARALLEL }, pushSome));
}

export const manifestUrl = (registry: string, reference: string): string =>
  `${registry}/v2/${APP}/manifests/${reference}`;
export const blobUrl = (registry: string, repo: string, digest: string): string =>
  `${registry}/v2/${repo}/blobs/${digest}`;

/** The path of a page and the length of its body, from asking for it once. */
export async function pageOf(url: string, accept: string): Promise<Page> {
  const { text } = await ask(url, 200, { headers: { Accept: accept } });
  const { pathname, search } = new URL(url);
  return { path: pathname + search, length: Buffer.byteLength(text) };
}

/** Follows the peer's own links from page to page; every tag must come once, in order. */
export async function tagPages(registry: string, sizes: Sizes): Promise<Page[]> {
  const pages: Page[] = [];
  const tags: string[] = [];
  let url: URL | undefined = new URL(`/v2/${TAGGED}/tags/list?n=${sizes.tagPage}`, registry);
  while (url !== undefined) {
    const { headers, text } = await ask(url.href, 200);
    tags.push(...(JSON.parse(text) as { tags: string[] }).tags);
    pages.push({ path: url.pathname + url.search, length: Buffer.byteLength(text) });
    const link = /<([^>]+)>;\s*rel="?next"?/.exec(headers.get("link") ?? "")?.[1];
    url = link === undefined ? undefined : new URL(link, url);
  }
  const wanted = [tagName(0), ...moreTags(sizes)];
  if (tags.join() !== wanted.join())
    throw new Error(`${registry}: listed ${tags.length} tags of ${sizes.tags}, or out of order`);
  return pages;
}
