import * as fc from "fast-check";
import type { Attributes, Value } from "../../../shared/ports/table.ts";

/** Well-formed text of any code points: the unit `binary` leaves out surrogates. */
const anyText = (limits: fc.StringConstraints): fc.Arbitrary<string> =>
  fc.string({ unit: "binary", ...limits });

/**
 * Sort keys that differ where orders do: at the edges of the UTF-16 surrogates, of one, two, three and four bytes, and
 * at the end of a common beginning.
 */
export const anySortKey: fc.Arbitrary<string> = fc.oneof(
  anyText({ minLength: 1, maxLength: 6 }),
  fc
    .array(
      fc.constantFrom("a", "b", "\u007f", "\u0080", "\u07ff", "\ud7ff", "\ue000", "\uffff", "\u{10000}"),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((parts) => parts.join("")),
);

const anyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((number) => Math.abs(number) >= 1e-130 && Math.abs(number) <= 9.99e125),
);

export const anyValue: fc.Arbitrary<Value> = fc.oneof(
  anyText({ maxLength: 20 }),
  anyNumber,
  fc.boolean(),
  fc.uint8Array({ maxLength: 40 }),
);

const anyName: fc.Arbitrary<string> = fc
  .oneof(anyText({ minLength: 1, maxLength: 8 }), fc.constantFrom("toString", "constructor", "size", "0"))
  .filter((name) => !["pk", "sk", "__proto__", "expires"].includes(name));

export const anyAttributes: fc.Arbitrary<Attributes> = fc
  .uniqueArray(fc.tuple(anyName, anyValue), { maxLength: 6, selector: ([name]) => name })
  .map((entries) => Object.fromEntries(entries));
