/** Both ends inclusive, within the content. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** What to send for a Range header. */
export type RangePlan =
  | { readonly kind: "whole" }
  | { readonly kind: "unsatisfiable" }
  | { readonly kind: "part"; readonly span: Span }
  /** at least two, none overlapping another */
  | { readonly kind: "parts"; readonly spans: readonly [Span, ...Span[]] };

/** More than a client can need; beyond it the whole is the cheaper answer. */
export const MAX_RANGES = 1024;

const BYTES = /^bytes=(.*)$/i;
const SPEC = /^([0-9]*)-([0-9]*)$/;

const WHOLE: RangePlan = { kind: "whole" };
const UNSATISFIABLE: RangePlan = { kind: "unsatisfiable" };

/**
 * RFC 9110 § 14.2 for content of `size` bytes. What isn't understood (another unit, no list of ranges) or asks for too
 * much is ignored, as the RFC allows: the whole is sent. Ranges that lie outside the content are left out; where none is
 * left, or one ends before it begins, the header is unsatisfiable. Ranges stay in the order of the request, because
 * clients match parts with what they asked for, unless some overlap: then they are merged, so that no byte is sent twice.
 */
export function planRanges(header: string | undefined, size: number): RangePlan {
  const list = header === undefined ? undefined : BYTES.exec(header.trim())?.[1];
  if (list === undefined || size === 0) return WHOLE;
  const specs = list
    .split(",", MAX_RANGES + 1)
    .map((text) => text.trim())
    .filter((text) => text !== "");
  if (specs.length === 0 || specs.length > MAX_RANGES) return WHOLE;
  const asked = specs.map((text) => spanOf(text, size));
  if (asked.includes("malformed")) return WHOLE;
  if (asked.includes("reversed")) return UNSATISFIABLE;
  const [first, ...others] = withoutOverlaps(asked.filter((span) => typeof span === "object"));
  if (first === undefined) return UNSATISFIABLE;
  return others.length === 0 ? { kind: "part", span: first } : { kind: "parts", spans: [first, ...others] };
}

function spanOf(text: string, size: number): Span | "outside" | "malformed" | "reversed" {
  const [, from, to] = SPEC.exec(text) ?? [];
  if (from === undefined || to === undefined || text === "-") return "malformed";
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length === 0 ? "outside" : { first: size - length, last: size - 1 };
  }
  const first = Number(from);
  if (to !== "" && Number(to) < first) return "reversed";
  if (first >= size) return "outside";
  return { first, last: to === "" ? size - 1 : Math.min(Number(to), size - 1) };
}

function withoutOverlaps(spans: readonly Span[]): readonly Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.first - b.first)) {
    const previous = merged.at(-1);
    if (previous === undefined || span.first > previous.last) merged.push(span);
    else merged[merged.length - 1] = { first: previous.first, last: Math.max(previous.last, span.last) };
  }
  return merged.length === spans.length ? spans : merged;
}
