import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_RANGES, planRanges, type RangePlan } from "../../../shared/oci/range.ts";

const part = (first: number, last: number): RangePlan => ({ kind: "part", span: { first, last } });

describe("RFC 9110 § 14.1.2, of 100 bytes", () => {
  it.each<[string, RangePlan]>([
    ["bytes=0-0", part(0, 0)],
    ["bytes=10-19", part(10, 19)],
    ["bytes=10-", part(10, 99)],
    ["bytes=90-500", part(90, 99)],
    ["bytes=-10", part(90, 99)],
    ["bytes=-500", part(0, 99)],
    ["Bytes=0-9", part(0, 9)],
    [" bytes= 0-9 ,", part(0, 9)],
    ["bytes=0-9,200-300", part(0, 9)],
    ["bytes=0-", part(0, 99)],
    [`bytes=0-${"9".repeat(400)}`, part(0, 99)],
  ])("%s is one part", (header, plan) => {
    expect(planRanges(header, 100)).toEqual(plan);
  });

  it.each(["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=500-0", "bytes=0-1,5-4", "bytes=100-,200-"])(
    "%s is unsatisfiable",
    (header) => {
      expect(planRanges(header, 100)).toEqual({ kind: "unsatisfiable" });
    },
  );

  it.each([
    undefined,
    "",
    "bytes",
    "bytes=",
    "bytes=,",
    "bytes=-",
    "bytes=a-b",
    "bytes=0-9,x",
    "bytes=0-9;10-19",
    "bytes 0-9",
    "bytes=1 - 2",
    "bytes=0x1-0x2",
    "items=0-9",
  ])("%s is ignored", (header) => {
    expect(planRanges(header, 100)).toEqual({ kind: "whole" });
  });

  it("keeps several parts in the order of the request", () => {
    expect(planRanges("bytes=50-59,0-9,-1", 100)).toEqual({
      kind: "parts",
      spans: [
        { first: 50, last: 59 },
        { first: 0, last: 9 },
        { first: 99, last: 99 },
      ],
    });
  });

  it("merges parts that overlap, so that no byte is sent twice", () => {
    expect(planRanges("bytes=50-59,0-9,5-20", 100)).toEqual({
      kind: "parts",
      spans: [
        { first: 0, last: 20 },
        { first: 50, last: 59 },
      ],
    });
    expect(planRanges(`bytes=${Array(100).fill("0-").join(",")}`, 100)).toEqual(part(0, 99));
  });

  it("sends the whole where more ranges are asked for than anyone needs", () => {
    expect(planRanges(manyRanges(MAX_RANGES), 10_000).kind).toBe("parts");
    expect(planRanges(manyRanges(MAX_RANGES + 1), 10_000)).toEqual({ kind: "whole" });
  });

  it("has no part of nothing", () => {
    expect(planRanges("bytes=0-", 0)).toEqual({ kind: "whole" });
    expect(planRanges("bytes=-1", 0)).toEqual({ kind: "whole" });
  });
});

describe("any list of ranges", () => {
  const spec = fc.oneof(
    fc.tuple(fc.nat(60), fc.nat(60)).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.nat(60).map((first) => `${first}-`),
    fc.nat(60).map((length) => `-${length}`),
  );

  it("covers exactly the bytes that a naive reading of each range gives, each once", () => {
    fc.assert(
      fc.property(
        fc.array(spec, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        (specs, size) => {
          const wanted = Array.from({ length: size }, (_, at) => at).filter((at) =>
            specs.some((text) => isAsked(text, at, size)),
          );
          expect(bytesOf(planRanges(`bytes=${specs.join(", ")}`, size)).toSorted((a, b) => a - b)).toEqual(
            wanted,
          );
        },
      ),
    );
  });

  it("never leaves the content, whatever the header says", () => {
    const headers = fc.oneof(
      fc.string(),
      fc.string().map((text) => `bytes=${text}`),
      fc.stringMatching(/^bytes=[-0-9, ]*$/),
    );
    fc.assert(
      fc.property(headers, fc.nat(1000), (header, size) => {
        for (const at of bytesOf(planRanges(header, size))) expect(at >= 0 && at < size).toBe(true);
      }),
    );
  });
});

/** RFC 9110 § 14.1.2 read for one byte. */
function isAsked(spec: string, at: number, size: number): boolean {
  const [first = "", last = ""] = spec.split("-");
  if (first === "") return at >= size - Number(last);
  return at >= Number(first) && (last === "" || at <= Number(last));
}

function bytesOf(plan: RangePlan): number[] {
  const spans = plan.kind === "part" ? [plan.span] : plan.kind === "parts" ? plan.spans : [];
  return spans.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
}

const manyRanges = (count: number): string =>
  `bytes=${Array.from({ length: count }, (_, at) => `${at * 2}-${at * 2}`).join(",")}`;
