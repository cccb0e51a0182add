import { OciError } from "../oci/errors.ts";
import type { ByteStream } from "../ports/blobs.ts";
import type { BodyHash } from "./body-hash.ts";
import type { Chunk } from "./registry.ts";

/** What a request has brought so far, and what ended it before its end. */
export interface Meter {
  count: number;
  broken: { readonly cause: unknown } | undefined;
}

/** A chunk whose body ends where it would throw. */
export const untilBroken = (chunk: Chunk, meter: Meter): Chunk => ({
  ...chunk,
  body: (async function* () {
    const chunks = chunk.body[Symbol.asyncIterator]();
    const next = async () => {
      try {
        return await chunks.next();
      } catch (cause) {
        meter.broken = { cause };
        return { done: true, value: undefined } as const;
      }
    };
    try {
      for (let bytes = await next(); !bytes.done; bytes = await next()) yield bytes.value;
    } finally {
      await chunks.return?.();
    }
  })(),
});

/** The bytes of a chunk, where its client has said how many there are. */
export const announced = ({ range, length }: Chunk): number | undefined =>
  range ? range.last - range.first + 1 : length;

/** The bytes of a chunk, hashed and counted. SIZE_INVALID where they are more or fewer than its range. */
export async function* measured(
  { body, range }: Chunk,
  hash: BodyHash,
  meter: Meter,
): ByteStream & AsyncGenerator<Uint8Array> {
  const expected = range ? range.last - range.first + 1 : undefined;
  for await (const bytes of body) {
    meter.count += bytes.length;
    if (expected !== undefined && meter.count > expected) throw misfit(expected, "more");
    hash.update(bytes);
    yield bytes;
  }
  if (meter.broken) return;
  if (expected !== undefined && meter.count < expected) throw misfit(expected, `${meter.count}`);
}

const misfit = (expected: number, got: string): OciError =>
  new OciError("SIZE_INVALID", { expected, got, reason: "the body is not as long as its Content-Range" });
