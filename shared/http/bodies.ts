import { OciError } from "../oci/errors.ts";
import type { ByteStream } from "../ports/blobs.ts";
import { ByteSource } from "../registry/byte-source.ts";
import type { HttpRequest } from "./messages.ts";

const LENGTH = /^[0-9]{1,15}$/;

/** Content-Length in bytes, where the client sent one. SIZE_INVALID where it is no number. */
export function contentLength({ header }: HttpRequest): number | undefined {
  const text = header("content-length");
  if (text === undefined) return undefined;
  if (!LENGTH.test(text)) throw new OciError("SIZE_INVALID", { "Content-Length": text.slice(0, 300) });
  return Number(text);
}

/** The whole body, or "too-large" as soon as it exceeds `most` bytes: then the rest is left unread. */
export async function readAtMost(body: ByteStream, most: number): Promise<Uint8Array | "too-large"> {
  const source = new ByteSource(body);
  try {
    if (await source.has(most + 1)) return "too-large";
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.rest()) chunks.push(chunk);
    const [only] = chunks;
    return chunks.length === 1 && only ? only : Buffer.concat(chunks);
  } finally {
    await source.close();
  }
}
