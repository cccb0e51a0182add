import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matches, parseTextGlob } from "../../shared/access/glob.ts";
import { listReadable, MOST_IN_VAIN } from "../../shared/access/list-readable.ts";
import { type Grant, NOTHING, type Rights } from "../../shared/access/rights.ts";
import type { RepoName } from "../../shared/oci/names.ts";
import type { Registry } from "../../shared/registry/registry.ts";
import { caller } from "../support/domain.ts";

type ListRepos = Registry["listRepos"];

/** A catalog of these names, and how many of them were read, in how many pages. */
function catalogOf(names: readonly string[]) {
  const inOrder = names.toSorted((one, other) => (one < other ? -1 : 1)) as RepoName[];
  const read = { names: 0, pages: 0 };
  const listRepos: ListRepos = async ({ limit, after = "" }) => {
    const rest = inOrder.slice(firstAfter(inOrder, after));
    const entries = rest.slice(0, limit);
    read.names += entries.length;
    read.pages += 1;
    const last = entries.at(-1);
    return { entries, ...(rest.length > limit && last !== undefined && { next: last }) };
  };
  return { listRepos, read };
}

function firstAfter(names: readonly string[], place: string): number {
  const at = names.findIndex((name) => name > place);
  return at === -1 ? names.length : at;
}

const searching = (...globs: readonly string[]): Rights => ({
  ...NOTHING,
  catalog: true,
  searches: globs.map(parseTextGlob),
});
const numbered = (count: number, name: (digits: string) => string): readonly string[] =>
  Array.from({ length: count }, (_, at) => name(String(at).padStart(6, "0")));

/** All pages, as a client follows them. */
async function everyPage(listRepos: ListRepos, limit: number): Promise<readonly (readonly string[])[]> {
  const pages: (readonly string[])[] = [];
  let after: string | undefined;
  do {
    const page = await listRepos({ caller, limit, ...(after !== undefined && { after }) });
    pages.push(page.entries);
    expect(page.next === undefined || page.next === page.entries.at(-1)).toBe(true);
    after = page.next;
  } while (after !== undefined);
  return pages;
}

/** Of few letters, so that names begin alike, and `-`, `.` and `_`, which sort on either side of letters and slashes. */
const letters = fc.constantFrom("a", "b", "0", "z", "-", ".", "_", "/");
const names = fc.uniqueArray(fc.string({ unit: letters, minLength: 1, maxLength: 4 }), { maxLength: 40 });
const globs = fc
  .array(fc.oneof(letters, fc.constantFrom("*", "**")), { minLength: 1, maxLength: 4 })
  .map((pieces) => pieces.join("").replaceAll(/\*{3,}/g, "**"));

describe("the catalog of who may read some of it", () => {
  it("is that of the registry without all that they may not read, in full pages, to its end", async () => {
    const property = fc.asyncProperty(
      names,
      fc.array(globs, { maxLength: 5 }),
      fc.array(globs, { maxLength: 2 }),
      fc.integer({ min: 1, max: 5 }),
      async (all, searched, pulled, limit) => {
        const grants = pulled.map(
          (glob): Grant => ({ repositories: parseTextGlob(glob), actions: ["pull"] }),
        );
        const listRepos = listReadable(catalogOf(all).listRepos, { ...searching(...searched), grants });
        const isReadable = (name: string) =>
          [...searched, ...pulled].some((glob) => matches(parseTextGlob(glob), name));
        const expected = all.filter(isReadable).toSorted((one, other) => (one < other ? -1 : 1));
        const pages = await everyPage(listRepos, limit);
        expect(pages.flat()).toEqual(expected);
        expect(pages).toHaveLength(Math.max(1, Math.ceil(expected.length / limit)));
      },
    );
    await fc.assert(property, { numRuns: 500 });
  });

  it("goes on behind any place, be it a name or not", async () => {
    const places = fc.string({ unit: letters, maxLength: 4 });
    const property = fc.asyncProperty(names, globs, places, async (all, glob, after) => {
      const listRepos = listReadable(catalogOf(all).listRepos, searching(glob));
      const expected = all.filter((name) => name > after && matches(parseTextGlob(glob), name));
      expect((await listRepos({ caller, limit: 50, after })).entries.toSorted()).toEqual(expected.toSorted());
    });
    await fc.assert(property, { numRuns: 500 });
  });
});

describe("what is read for a page", () => {
  const others = numbered(30_000, (digits) => `other/${digits}`);

  it("is little where the caller may read one repository of very many", async () => {
    const { listRepos, read } = catalogOf([...others, "shop/api"]);
    const page = await listReadable(listRepos, searching("shop/api"))({ caller, limit: 100 });
    expect({ page, read }).toEqual({ page: { entries: ["shop/api"] }, read: { names: 1, pages: 1 } });
  });

  it("begins and ends with what begins as the caller's globs do", async () => {
    const { listRepos, read } = catalogOf([
      ...others,
      ...numbered(50, (digits) => `team-a/${digits}`),
      "zoo",
    ]);
    const page = await listReadable(listRepos, searching("team-*/**"))({ caller, limit: 100 });
    expect(page.entries).toHaveLength(50);
    expect(read).toEqual({ names: 51, pages: 1 });
  });

  it("grows with the repositories that are listed, and not with those between them", async () => {
    const own = others.filter((_, at) => at % 300 === 0);
    const { listRepos, read } = catalogOf(others);
    const page = await listReadable(listRepos, searching(...own))({ caller, limit: 100 });
    expect(page.entries).toEqual(own);
    expect(read.names).toBeLessThan(100 * 25);
    expect(read.pages).toBeLessThanOrEqual(101);
  });

  it("is bounded where the caller's may be anywhere, and the refusal says how to go on", async () => {
    const { listRepos, read } = catalogOf([...others, "shop/api"]);
    const listed = listReadable(listRepos, searching("**/api"));
    await expect(listed({ caller, limit: 100 })).rejects.toMatchObject({
      reason: "PAGINATION_NUMBER_INVALID",
      message: expect.stringMatching(
        /^more than 20000 repositories that anonymous may not read .* behind them \(last\)$/,
      ),
    });
    expect(read.names).toBeLessThanOrEqual(MOST_IN_VAIN + 1000);
    expect(await listed({ caller, limit: 100, after: "p" })).toEqual({ entries: ["shop/api"] });
  });
});
