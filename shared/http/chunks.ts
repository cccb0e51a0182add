import { OciError } from "../oci/errors.ts";
import type { ByteRange } from "../ports/blobs.ts";
import type { Chunk } from "../registry/registry.ts";
import { contentLength } from "./bodies.ts";
import type { HttpRequest } from "./messages.ts";

/** distribution-spec § Pushing a blob in chunks: `a-b`. Some clients write it as HTTP has it: `bytes a-b/*`. */
const CONTENT_RANGE = /^(?:bytes[ =])?([0-9]+)-([0-9]+)(?:\/(?:\*|[0-9]+))?$/i;

/** The request's body as a chunk. BLOB_UPLOAD_INVALID, RANGE_INVALID or SIZE_INVALID for headers that say nothing usable. */
export function chunkOf(request: HttpRequest): Chunk {
  const range = parseContentRange(request.header("content-range"));
  const length = contentLength(request);
  return { body: request.body, ...(range && { range }), ...(length !== undefined && { length }) };
}

function parseContentRange(text: string | undefined): ByteRange | undefined {
  if (text === undefined) return undefined;
  const [, from, to] = CONTENT_RANGE.exec(text) ?? [];
  const detail = { "Content-Range": text.slice(0, 300) };
  if (from === undefined || to === undefined) {
    throw new OciError("BLOB_UPLOAD_INVALID", {
      ...detail,
      reason: "Content-Range is <first>-<last>, both inclusive",
    });
  }
  const range = { first: Number(from), last: Number(to) };
  if (range.last >= range.first && Number.isSafeInteger(range.last)) return range;
  throw new OciError("RANGE_INVALID", detail);
}
