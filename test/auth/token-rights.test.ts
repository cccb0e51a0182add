import { describe, expect, it } from "vitest";
import { allows, EVERYTHING, type Need, type Rights } from "../../shared/access/rights.ts";
import { parseScopes } from "../../shared/auth/scope.ts";
import { grantedScopes, narrowTo, rightsIn, scopeFor, wasAskedFor } from "../../shared/auth/token-rights.ts";
import { parseRepoName, parseTag } from "../../shared/oci/names.ts";
import { grant, rights } from "./support/rights.ts";

const need = (action: "pull" | "push" | "delete", repo: string, ...tags: readonly string[]): Need => ({
  action,
  repo: parseRepoName(repo),
  ...(tags.length > 0 && { tags: tags.map(parseTag) }),
});
const tokenFor = (scope: string, of: Rights) => narrowTo(parseScopes([scope]), of);

describe("what a token holds", () => {
  it("is what was asked for and is allowed, and what was refused", () => {
    const token = tokenFor("repository:shop/a:pull,push,delete", rights([grant("shop/*", ["pull", "push"])]));
    expect(token.access).toEqual([
      { type: "repository", name: "shop/a", actions: ["pull", "push"], refused: ["delete"] },
    ]);
    expect(grantedScopes(token)).toBe("repository:shop/a:pull,push");
    expect(allows(rightsIn(token), need("push", "shop/a"))).toBe(true);
    expect(allows(rightsIn(token), need("delete", "shop/a"))).toBe(false);
  });

  it("is nothing for other repositories, though the caller has rights there", () => {
    const held = rightsIn(tokenFor("repository:shop/a:pull", EVERYTHING));
    expect(allows(held, need("pull", "shop/a"))).toBe(true);
    for (const other of ["shop/ab", "shop/a/b", "shop", "a"]) {
      expect(allows(held, need("pull", other))).toBe(false);
    }
    expect(allows(held, { catalog: true })).toBe(false);
    expect(allows(held, { administration: true })).toBe(false);
  });

  it("limits a push to the tags of all rules that allow it", () => {
    const some = rights([
      grant("shop/*", ["push"], ["v*"]),
      grant("shop/a", ["push"], ["dev-*", "v*"]),
      grant("other", ["push"]),
    ]);
    const held = rightsIn(tokenFor("repository:shop/a:push", some));
    expect(allows(held, need("push", "shop/a", "v1", "dev-1"))).toBe(true);
    expect(allows(held, need("push", "shop/a", "latest"))).toBe(false);
  });

  it("limits no push where one rule allows all tags", () => {
    const some = rights([grant("shop/*", ["push"], ["v*"]), grant("shop/a", ["push"])]);
    expect(allows(rightsIn(tokenFor("repository:shop/a:push", some)), need("push", "shop/a", "latest"))).toBe(
      true,
    );
  });

  it("is the catalog, and what it lists, for who may list it", () => {
    const reader = rights([grant("shop/**", ["pull"])], true);
    expect(rightsIn(tokenFor("registry:catalog:*", reader))).toEqual({
      grants: [],
      searches: ["shop/**"],
      catalog: true,
    });
    const other = rightsIn(tokenFor("registry:catalog:*", rights([grant("shop/**", ["pull"])])));
    expect(other).toEqual({ grants: [], searches: [], catalog: false });
  });

  it("is what a push may mount from, but not what a pull has no use for", () => {
    expect(tokenFor("repository:a:pull,push", EVERYTHING).searches).toEqual(["**"]);
    expect(tokenFor("repository:a:pull", EVERYTHING).searches).toBeUndefined();
  });

  it("leaves out what mounts could search, rather than be too long for a push", () => {
    const many = Array.from({ length: 200 }, (_, at) => grant(`team-${at}/**`, ["pull", "push"]));
    const { searches = [], isCut } = tokenFor("repository:team-1/a:push", rights(many));
    expect(searches.length).toBeGreaterThan(10);
    expect(JSON.stringify(searches).length).toBeLessThanOrEqual(1026);
    expect(isCut).toBeUndefined();
  });

  it("leaves out what the catalog could list as well, names before patterns, and says so", () => {
    const names = Array.from({ length: 200 }, (_, at) => grant(`shop/api-${at}`, ["pull"]));
    const reader = rights([...names, grant("base/*", ["pull"])], true);
    const token = tokenFor("registry:catalog:*", reader);
    expect(token.isCut).toBe(true);
    expect(token.searches?.slice(0, 2)).toEqual(["base/*", "shop/api-0"]);
    expect(JSON.stringify(token.searches).length).toBeLessThanOrEqual(2050);
    expect(rightsIn(token)).toMatchObject({ catalog: true, isCut: true });
    expect(tokenFor("registry:catalog:*", rights(names.slice(0, 20), true)).isCut).toBeUndefined();
  });

  it("is the administration for who has it of the whole registry", () => {
    expect(rightsIn(tokenFor("registry:berth:admin", EVERYTHING)).grants).toEqual([
      { repositories: "**", actions: ["admin"] },
    ]);
    const part = rights([grant("shop/**", ["pull", "push", "delete", "admin"])]);
    expect(allows(rightsIn(tokenFor("registry:berth:admin", part)), { administration: true })).toBe(false);
  });

  it("tells whether another token could hold more", () => {
    const token = tokenFor(
      "repository:shop/a:pull,push registry:catalog:*",
      rights([grant("shop/a", ["pull"])]),
    );
    expect(wasAskedFor(token, need("push", "shop/a"))).toBe(true);
    expect(wasAskedFor(token, need("pull", "shop/a"))).toBe(true);
    expect(wasAskedFor(token, need("delete", "shop/a"))).toBe(false);
    expect(wasAskedFor(token, need("pull", "shop/ab"))).toBe(false);
    expect(wasAskedFor(token, { catalog: true })).toBe(true);
    expect(wasAskedFor(token, { administration: true })).toBe(false);
  });

  it("is asked for by the scopes of Docker's clients", () => {
    expect(scopeFor(need("pull", "shop/a"))).toBe("repository:shop/a:pull");
    expect(scopeFor(need("push", "shop/a"))).toBe("repository:shop/a:pull,push");
    expect(scopeFor(need("delete", "shop/a"))).toBe("repository:shop/a:delete");
    expect(scopeFor({ catalog: true })).toBe("registry:catalog:*");
    expect(scopeFor({ administration: true })).toBe("registry:berth:admin");
  });
});
