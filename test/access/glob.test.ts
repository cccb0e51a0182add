import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  both,
  covers,
  type Glob,
  GlobError,
  matches,
  outermost,
  parseGlob,
  parseTagGlob,
  parseTextGlob,
} from "../../shared/access/glob.ts";
import { OciError } from "../../shared/oci/errors.ts";
import { parseRepoName } from "../../shared/oci/names.ts";

/** Every character from few, so that what should match often does. */
const names = fc.string({ unit: fc.constantFrom("a", "b", "-", ".", "/"), maxLength: 10 });
const patterns = fc
  .array(fc.constantFrom("a", "b", "-", ".", "/", "*", "**"), { minLength: 1, maxLength: 8 })
  .map((pieces) => pieces.join("").replaceAll(/\*{3,}/g, "**"));

/** What the stars mean, said as plainly as can be: tries every length for each of them. */
function naively(glob: string, text: string): boolean {
  if (glob === "") return text === "";
  if (!glob.startsWith("*")) return text.startsWith(glob.charAt(0)) && naively(glob.slice(1), text.slice(1));
  const wide = glob.startsWith("**");
  const rest = glob.slice(wide ? 2 : 1);
  for (let taken = 0; taken <= text.length; taken++) {
    if (!wide && text.slice(0, taken).includes("/")) return false;
    if (naively(rest, text.slice(taken))) return true;
  }
  return false;
}

const isRepoName = (text: string): boolean => {
  try {
    return parseRepoName(text) === text;
  } catch (error) {
    if (error instanceof OciError) return false;
    throw error;
  }
};

const isGlob = (text: string): boolean => {
  try {
    return parseGlob(text) === text;
  } catch (error) {
    if (error instanceof GlobError) return false;
    throw error;
  }
};

describe("a glob", () => {
  it.each([
    ["shop/api", "shop/api", true],
    ["shop/api", "shop/apis", false],
    ["shop/api", "my/shop/api", false],
    ["shop/*", "shop/api", true],
    ["shop/*", "shop/api/base", false],
    ["shop/*", "shop", false],
    ["shop/**", "shop/api/base", true],
    ["shop/**", "shop", false],
    ["shop*", "shopping", true],
    ["shop*", "shop/api", false],
    ["*/api", "shop/api", true],
    ["**/api", "a/b/api", true],
    ["**/api", "api", false],
    ["**", "a/b/c", true],
    ["a.c", "abc", false],
    ["*-dev", "api-dev-dev", true],
  ])("%s for %s: %s", (glob, name, expected) => {
    expect(matches(parseGlob(glob), name)).toBe(expected);
  });

  it("matches what its meaning says, said naively", () => {
    fc.assert(
      fc.property(patterns, names, (glob, name) => {
        expect(matches(parseTextGlob(glob), name)).toBe(naively(glob, name));
      }),
      { numRuns: 2000 },
    );
  });

  it("takes no more steps for a pattern that is made to explode", () => {
    const glob = parseTextGlob(`${"*a".repeat(500)}b`);
    expect(matches(glob, "a".repeat(2000))).toBe(false);
  });

  it("is refused exactly where no repository name could match it", () => {
    fc.assert(
      fc.property(patterns, names, (text, name) => {
        const matched = [name, text.replaceAll(/\*+/g, "a")].some(
          (each) => isRepoName(each) && naively(text, each),
        );
        expect(isGlob(text)).toBe(matched);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["", "can't be empty"],
    ["Shop/*", "lower case"],
    ["/shop/*", "matches no repository name"],
    ["shop/", "matches no repository name"],
    ["shop//*", "matches no repository name"],
    ["shop/../admin", "matches no repository name"],
    ["shop/ap?", "only * and ** are wildcards"],
    ["shop/***", "there is no ***"],
    ["shop/*\nadmin/*", "control characters"],
    ["a".repeat(256), "matches no repository name"],
    ["a".repeat(3000), "at most 2048"],
  ])("%j is refused: %s", (text, reason) => {
    expect(() => parseGlob(text)).toThrow(GlobError);
    expect(() => parseGlob(text)).toThrow(reason);
  });

  it.each(["v*", "*", "1.*.*", "Release_*", "**"])("%s is one of tags", (text) => {
    expect(parseTagGlob(text)).toBe(text);
  });

  it.each(["", ".x", "-*", "a/b", "a".repeat(129)])("%j is none of tags", (text) => {
    expect(() => parseTagGlob(text)).toThrow(GlobError);
  });
});

describe("two globs at once", () => {
  it("match what each of them matches", () => {
    fc.assert(
      fc.property(patterns, patterns, names, (one, other, name) => {
        const glob = both(parseTextGlob(one), parseTextGlob(other));
        expect(glob !== undefined && matches(glob, name)).toBe(naively(one, name) && naively(other, name));
      }),
      { numRuns: 2000 },
    );
  });

  it("one of which covers the other leave nothing out", () => {
    fc.assert(
      fc.property(patterns, patterns, names, (one, other, name) => {
        const isCovered = covers(parseTextGlob(one), parseTextGlob(other)) && naively(other, name);
        expect(!isCovered || naively(one, name)).toBe(true);
      }),
      { numRuns: 2000 },
    );
    const folder = parseGlob("shop/**");
    expect(covers(folder, parseGlob("shop/*-dev"))).toBe(true);
    expect(covers(folder, parseGlob("shop"))).toBe(false);
    expect(covers(folder, parseGlob("shop*/a"))).toBe(false);
    expect(covers(parseGlob("*/**"), parseGlob("shop/a"))).toBe(false);
    expect(covers(parseGlob("shop/*"), folder)).toBe(false);
  });

  it("are as good as the outermost of them", () => {
    fc.assert(
      fc.property(fc.array(patterns, { maxLength: 5 }), names, (texts, name) => {
        const globs = texts.map(parseTextGlob);
        const outer = outermost(globs);
        const covered = (glob: Glob) => outer.some((each) => each !== glob && covers(each, glob));
        expect(outer.some((glob) => naively(glob, name))).toBe(texts.some((text) => naively(text, name)));
        expect(outer.filter(covered)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["**", "shop/*", "shop/*"],
    ["shop/**", "shop/*-dev", "shop/*-dev"],
    ["shop/*", "**", "shop/*"],
    ["shop/*", "shop/api", "shop/api"],
    ["shop/*", "team/api", undefined],
  ])("%s and %s are %s", (one, other, expected) => {
    expect(both(parseGlob(one), parseGlob(other))).toBe(expected);
  });
});
