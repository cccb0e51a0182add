import { type Digest, parseDigest } from "./digest.ts";
import { parseTag, type Tag } from "./names.ts";

/** How a manifest is named in a path: distribution-spec § Pulling manifests. */
export type Reference =
  | { readonly kind: "tag"; readonly tag: Tag }
  | { readonly kind: "digest"; readonly digest: Digest };

/** A tag has no colon, a digest always has one. DIGEST_INVALID or TAG_INVALID accordingly. */
export const parseReference = (text: string): Reference =>
  text.includes(":") ? { kind: "digest", digest: parseDigest(text) } : { kind: "tag", tag: parseTag(text) };
