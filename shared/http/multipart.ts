import type { Span } from "../oci/range.ts";
import type { ByteStream } from "../ports/blobs.ts";
import type { BlobInfo, OpenedBlob } from "../registry/registry.ts";
import type { Headers } from "./answers.ts";

const LONGEST_BOUNDARY = 64;

export interface Parts {
  readonly info: BlobInfo;
  readonly spans: readonly [Span, ...Span[]];
  /** the bytes of the first span */
  readonly first: ByteStream;
  /** opens any other span, when its turn comes */
  readonly open: (span: Span) => Promise<OpenedBlob>;
}

/** `multipart/byteranges` (RFC 9110 § 14.6) with its exact length. */
export function multipartOf(parts: Parts): { readonly headers: Headers; readonly body: ByteStream } {
  const { info, spans } = parts;
  const boundary = boundaryOf(info);
  const heads = spans.map((span, at) => headOf(span, { boundary, size: info.size, isFirst: at === 0 }));
  const end = `\r\n--${boundary}--\r\n`;
  const length = spans.reduce((sum, { first, last }) => sum + last - first + 1, end.length);
  return {
    headers: {
      "Content-Type": `multipart/byteranges; boundary=${boundary}`,
      "Content-Length": String(heads.reduce((sum, head) => sum + head.length, length)),
    },
    body: bodyOf(parts, heads, end),
  };
}

/** No content holds its own digest, so no content holds this boundary. */
const boundaryOf = ({ digest }: BlobInfo): string =>
  digest.slice(digest.indexOf(":") + 1).slice(0, LONGEST_BOUNDARY);

interface Head {
  readonly boundary: string;
  readonly size: number;
  readonly isFirst: boolean;
}

/** ASCII, so that its length is its size. */
const headOf = ({ first, last }: Span, { boundary, size, isFirst }: Head): string =>
  `${isFirst ? "" : "\r\n"}--${boundary}\r\n` +
  `Content-Type: application/octet-stream\r\nContent-Range: bytes ${first}-${last}/${size}\r\n\r\n`;

async function* bodyOf(
  { spans, first, open }: Parts,
  heads: readonly string[],
  end: string,
): AsyncGenerator<Uint8Array> {
  for (const [at, span] of spans.entries()) {
    yield Buffer.from(heads[at] ?? "");
    yield* at === 0 ? first : streamOf(await open(span));
  }
  yield Buffer.from(end);
}

/** The first part was a stream; that of a blob is never decided anew. */
function streamOf({ source }: OpenedBlob): ByteStream {
  if (source.kind === "redirect") throw new Error("a blob became a redirect in the middle of its parts");
  return source.body;
}
