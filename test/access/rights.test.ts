import { describe, expect, it } from "vitest";
import { parseGlob, parseTagGlob } from "../../shared/access/glob.ts";
import {
  ACTIONS,
  allows,
  EVERYTHING,
  type Grant,
  type Need,
  type Rights,
} from "../../shared/access/rights.ts";
import { parseRepoName, parseTag } from "../../shared/oci/names.ts";

const grant = (repositories: string, actions: Grant["actions"], tags?: readonly string[]): Grant => ({
  repositories: parseGlob(repositories),
  actions,
  ...(tags && { tags: tags.map(parseTagGlob) }),
});

const rights = (...grants: readonly Grant[]): Rights => ({ grants, searches: [], catalog: false });

const need = (action: Grant["actions"][number], repo: string, tags?: readonly string[]): Need => ({
  action,
  repo: parseRepoName(repo),
  ...(tags && { tags: tags.map(parseTag) }),
});

describe("rights", () => {
  it("are none without a grant", () => {
    for (const action of ACTIONS) expect(allows(rights(), need(action, "shop/api"))).toBe(false);
    expect(allows(rights(), { catalog: true })).toBe(false);
    expect(allows(rights(), { administration: true })).toBe(false);
  });

  it("are all of an open registry's", () => {
    for (const action of ACTIONS) expect(allows(EVERYTHING, need(action, "a/b/c", ["v1"]))).toBe(true);
    expect(allows(EVERYTHING, { catalog: true })).toBe(true);
    expect(allows(EVERYTHING, { administration: true })).toBe(true);
  });

  it("hold no action that a grant does not name, and no repository", () => {
    const some = rights(grant("shop/*", ["pull"]), grant("team/x", ["push"]));
    expect(allows(some, need("pull", "shop/api"))).toBe(true);
    expect(allows(some, need("push", "shop/api"))).toBe(false);
    expect(allows(some, need("pull", "team/x"))).toBe(false);
    expect(allows(some, need("push", "team/x2"))).toBe(false);
  });

  it("allow a push to tags where each is allowed, by whatever grant", () => {
    const some = rights(grant("shop/api", ["push"], ["v*"]), grant("shop/*", ["push"], ["dev-*"]));
    expect(allows(some, need("push", "shop/api"))).toBe(true);
    expect(allows(some, need("push", "shop/api", ["v1", "dev-2"]))).toBe(true);
    expect(allows(some, need("push", "shop/api", ["v1", "latest"]))).toBe(false);
    expect(allows(some, need("push", "shop/web", ["v1"]))).toBe(false);
  });

  it("don't allow a tag by a grant of another action or repository", () => {
    const some = rights(
      grant("shop/api", ["push"], ["v*"]),
      grant("shop/api", ["pull"]),
      grant("x", ["push"]),
    );
    expect(allows(some, need("push", "shop/api", ["latest"]))).toBe(false);
  });

  it("administer a registry only as a whole", () => {
    expect(allows(rights(grant("**", ["admin"])), { administration: true })).toBe(true);
    expect(allows(rights(grant("shop/**", ["admin"])), { administration: true })).toBe(false);
    expect(allows(rights(grant("**", ["pull", "push", "delete"])), { administration: true })).toBe(false);
    expect(allows(rights(grant("**", ["admin"])), need("pull", "shop/api"))).toBe(false);
  });
});
