import { type Algorithm, isAlgorithm } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import { parseTag, type Tag } from "../oci/names.ts";
import { BLOB_LIMITS } from "../ports/blobs.ts";

/** As the client asked: `n` is the most entries it wants, `last` the entry after which it goes on. */
export interface PageQuery {
  readonly n?: number;
  readonly last?: string;
}

/** distribution-spec § Pushing manifests wants at least 10. */
const MAX_TAGS_PER_PUSH = 20;

const NUMBER = /^[0-9]+$/;
/** Everything that a list holds is printable ASCII of at most this length; so `last` needn't be more. */
const POSITION = /^[\x21-\x7e]{1,255}$/;

/**
 * A plus sign stands for itself (RFC 3986), not for a space as in HTML forms: no parameter of this API can hold a space,
 * and `artifactType=application/vnd.example+json` is a common one. Never throws: a bad escape stays as it is, and is
 * then no digest, no tag, …
 */
export const parseQuery = (query: string): URLSearchParams =>
  new URLSearchParams(query.includes("+") ? query.replaceAll("+", "%2B") : query);

/**
 * end-8b. PAGINATION_NUMBER_INVALID where `n` is no number, or `last` can't be an entry of any list.
 * An empty `last` is the beginning.
 */
export function parsePage(params: URLSearchParams): PageQuery {
  const n = params.get("n");
  const last = params.get("last");
  if (n !== null && !NUMBER.test(n)) {
    throw new OciError("PAGINATION_NUMBER_INVALID", {
      n: n.slice(0, 300),
      reason: "n must be a whole number",
    });
  }
  if (last && !POSITION.test(last)) {
    throw new OciError("PAGINATION_NUMBER_INVALID", { reason: "last must be an entry of the list" });
  }
  return { ...(n !== null && { n: Number(n) }), ...(last && { last }) };
}

/** end-7b: each tag once, in the order of the request. TAGS_TOO_MANY, TAG_INVALID */
export function parseTags(params: URLSearchParams): readonly Tag[] {
  const texts = params.getAll("tag");
  if (texts.length > MAX_TAGS_PER_PUSH) throw new OciError("TAGS_TOO_MANY", { most: MAX_TAGS_PER_PUSH });
  return [...new Set(texts.map(parseTag))];
}

/** Which part of an upload, or how many of them. BLOB_UPLOAD_INVALID where there can be no such one. */
export function parsePartNumber(params: URLSearchParams, name: "part" | "parts"): number | undefined {
  const text = params.get(name);
  if (text === null) return undefined;
  const number = NUMBER.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= BLOB_LIMITS.parts) return number;
  throw new OciError("BLOB_UPLOAD_INVALID", {
    [name]: text.slice(0, 300),
    reason: `it takes a whole number from 1 to ${BLOB_LIMITS.parts}`,
  });
}

/** end-4c. DIGEST_INVALID where this registry can't verify the algorithm. */
export function parseAlgorithm(text: string): Algorithm {
  if (!isAlgorithm(text)) throw new OciError("DIGEST_INVALID", { "digest-algorithm": text.slice(0, 300) });
  return text;
}
