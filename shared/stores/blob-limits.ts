import { BLOB_LIMITS, BlobRuleError, type ByteRange, type Part } from "../ports/blobs.ts";

const KEY_BYTES = 1024;
const SEGMENT_BYTES = 200;
/**
 * Of the characters that S3 calls safe, those that every file system keeps apart: no upper case (it may fold), no dot
 * (nothing climbs out of a folder). Keys are ours, never a client's.
 */
const KEY = new RegExp(`^[a-z0-9_-]{1,${SEGMENT_BYTES}}(?:/[a-z0-9_-]{1,${SEGMENT_BYTES}})*$`);

/** Throws a BlobRuleError unless `holds`. */
function requireRule(holds: boolean, complaint: string): asserts holds {
  if (!holds) throw new BlobRuleError(complaint);
}

export function checkBlobKey(key: string): void {
  requireRule(key.length <= KEY_BYTES, `KeyTooLongError: a key of more than ${KEY_BYTES} bytes`);
  requireRule(KEY.test(key), `the key '${key}' is not of the form 'folder/name' with a-z, 0-9, '-' and '_'`);
}

export function checkPartNumber(number: number): void {
  const fits = Number.isInteger(number) && number >= 1 && number <= BLOB_LIMITS.parts;
  requireRule(fits, `InvalidArgument: part number ${number} is not in 1..${BLOB_LIMITS.parts}`);
}

/** For one part, and for what is put whole. */
export function checkPartSize(size: number): void {
  requireRule(size <= BLOB_LIMITS.maxPart, `EntityTooLarge: more than ${BLOB_LIMITS.maxPart} bytes at once`);
}

export function checkRange({ first, last }: ByteRange, size: number): void {
  const fits =
    Number.isInteger(first) && Number.isInteger(last) && 0 <= first && first <= last && last < size;
  requireRule(fits, `InvalidRange: bytes ${first} to ${last} of ${size}`);
}

/** What CompleteMultipartUpload demands of the parts that it is given. */
export function checkCompletion(listed: readonly Part[], isStored: (part: Part) => boolean): void {
  requireRule(listed.length > 0, "MalformedXML: an upload is completed from one part at least");
  requireRule(listed.length <= BLOB_LIMITS.parts, `MalformedXML: ${listed.length} parts`);
  for (const [at, part] of listed.entries()) {
    const { number, size } = part;
    requireRule(isStored(part), `InvalidPart: part ${number} is not stored with this etag and size`);
    requireRule(number > (listed[at - 1]?.number ?? 0), `InvalidPartOrder: part ${number} is out of order`);
    const big = size >= BLOB_LIMITS.minPart || at === listed.length - 1;
    requireRule(big, `EntityTooSmall: part ${number} has ${size} bytes and is not the last`);
  }
}
