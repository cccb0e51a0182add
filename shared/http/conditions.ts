import type { Digest } from "../oci/digest.ts";

/** Content of a digest never changes, so its entity tag is the digest. */
export const etagOf = (digest: Digest): string => `"${digest}"`;

/**
 * RFC 9110 § 13.1.2: true where the client says that it has this content. The comparison is weak; some of Docker's
 * clients leave out the quotes.
 */
export function clientHas(ifNoneMatch: string | undefined, digest: Digest): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(",").some((text) => {
    const tag = text.trim();
    return tag === "*" || tag === digest || (tag.startsWith("W/") ? tag.slice(2) : tag) === etagOf(digest);
  });
}

/**
 * RFC 9110 § 13.1.5: the Range header as far as it holds for this content. The comparison is strong; a date never
 * matches, because content has none.
 */
export const rangeFor = (
  digest: Digest,
  { range, ifRange }: { readonly range: string | undefined; readonly ifRange: string | undefined },
): string | undefined => (ifRange === undefined || ifRange.trim() === etagOf(digest) ? range : undefined);
