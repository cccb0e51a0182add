import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BLOB_LIMITS } from "../../shared/ports/blobs.ts";
import { ByteSource } from "../../shared/registry/byte-source.ts";
import {
  formatNumbers,
  includesNumber,
  type NumberRange,
  parseNumbers,
  withNumber,
} from "../../shared/registry/number-ranges.ts";
import { LARGEST_PLANNED_PART, partSize } from "../../shared/registry/part-plan.ts";
import { bodyOf, collect, patterned, sameBytes } from "../support/bodies.ts";

async function* inTurn(chunks: readonly Uint8Array[]) {
  yield* chunks;
}

const TIB = 1024 ** 4;
/** AWS: "Amazon S3 multipart upload limits" */
const LARGEST_OBJECT = 48.8 * TIB;

describe("the plan of part sizes", () => {
  it("reaches 1 TiB and more for bodies whose length nobody knows, over a hundred requests that break off", () => {
    // Each loses the numbers that it has reserved and not used, and its last part.
    const lost = 100 * 16;
    let total = 0;
    for (let number = 1; number <= BLOB_LIMITS.parts; number += 1) {
      if (number > lost) total += partSize(number);
    }
    expect(total).toBeGreaterThan(TIB);
  });

  it("makes no part larger than memory bears, unless the length asks for it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: BLOB_LIMITS.parts }), (number) => {
        expect(partSize(number)).toBeLessThanOrEqual(LARGEST_PLANNED_PART);
        // 128 MiB in each of the numbers that are left, but for those to spare.
        const fitting = Math.floor((BLOB_LIMITS.parts - number + 1) * 0.99) * LARGEST_PLANNED_PART;
        expect(partSize(number, fitting)).toBeLessThanOrEqual(LARGEST_PLANNED_PART);
      }),
    );
  });

  it("gives every part a size that S3 takes, and holds any length up to the largest object", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: LARGEST_OBJECT * 0.99, noNaN: true }), (length) => {
        let remaining = Math.ceil(length);
        let number = 1;
        for (; remaining > 0; number += 1) {
          const size = partSize(number, remaining);
          expect(size).toBeGreaterThanOrEqual(BLOB_LIMITS.minPart);
          expect(size).toBeLessThanOrEqual(BLOB_LIMITS.maxPart);
          remaining -= size;
        }
        expect(number - 1).toBeLessThanOrEqual(BLOB_LIMITS.parts);
      }),
      { numRuns: 30 },
    );
  });
});

describe("part numbers that count", () => {
  it("come back from their text, and are exactly those that were put in", () => {
    const ascending = fc
      .uniqueArray(fc.integer({ min: 1, max: 200 }))
      .map((all) => all.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(ascending, (numbers) => {
        const ranges = numbers.reduce<readonly NumberRange[]>(withNumber, []);
        expect(parseNumbers(formatNumbers(ranges))).toEqual(ranges);
        const all = Array.from({ length: 201 }, (_, at) => at);
        expect(all.filter((number) => includesNumber(ranges, number))).toEqual(numbers);
      }),
    );
  });
});

describe("a byte source", () => {
  it("cuts a stream into parts of which none is too short, and loses no byte", async () => {
    const shapes = fc.record({
      size: fc.integer({ min: 0, max: 5000 }),
      chunk: fc.integer({ min: 1, max: 700 }),
      part: fc.integer({ min: 100, max: 1000 }),
      ahead: fc.integer({ min: 0, max: 100 }),
    });
    await fc.assert(
      fc.asyncProperty(shapes, async ({ size, chunk, part, ahead }) => {
        const bytes = patterned(size, "source");
        const source = new ByteSource(bodyOf(bytes.subarray(ahead), chunk));
        source.prepend([bytes.subarray(0, ahead)].filter(({ length }) => length > 0));
        const parts: Buffer[] = [];
        while (await source.has(1)) parts.push(await collect(source.part(part, 100)));
        expect(sameBytes(Buffer.concat(parts), bytes)).toBe(true);
        expect(parts.slice(0, -1).every(({ length }) => length >= part)).toBe(true);
        const last = parts.at(-1)?.length ?? 0;
        expect(last >= Math.min(100, size) && last < part + 100).toBe(true);
      }),
    );
  });

  it("loses no byte of chunks of all sizes, whatever is looked at before it is taken", async () => {
    const steps = fc.record({
      lengths: fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 4000, max: 70_000 }))),
      looks: fc.infiniteStream(fc.integer({ min: 1, max: 200_000 })),
      takes: fc.infiniteStream(fc.integer({ min: 1, max: 100_000 })),
    });
    await fc.assert(
      fc.asyncProperty(steps, async ({ lengths, looks, takes }) => {
        const chunks = lengths.map((length, at) => patterned(length, at));
        const source = new ByteSource(inTurn(chunks));
        const taken: Uint8Array[] = [];
        for (;;) {
          await source.has(looks.next().value);
          const chunk = await source.take(takes.next().value);
          if (!chunk) break;
          taken.push(chunk);
        }
        expect(sameBytes(Buffer.concat(taken), Buffer.concat(chunks))).toBe(true);
      }),
    );
  });

  it("hands over a long run of tiny chunks as few large ones", async () => {
    const bytes = patterned(300_000, "tiny");
    const source = new ByteSource(bodyOf(bytes, 1));
    expect(await source.has(bytes.length)).toBe(true);
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.rest()) chunks.push(chunk);
    expect(sameBytes(Buffer.concat(chunks), bytes)).toBe(true);
    expect(chunks.length).toBeLessThan(10);
  });
});
