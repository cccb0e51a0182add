import { describe, expect, it } from "vitest";
import { explain } from "../../shared/access/explain.ts";
import { parseGlob, parseTagGlob } from "../../shared/access/glob.ts";
import type { Identity } from "../../shared/access/identity.ts";
import { parsePolicy } from "../../shared/access/parse-policy.ts";
import { type Action, allows } from "../../shared/access/rights.ts";
import { rightsOf } from "../../shared/access/rights-of.ts";
import { parseRepoName, parseTag } from "../../shared/oci/names.ts";

const TEXT = `
version: 1
issuers:
  github: { url: https://token.actions.githubusercontent.com, audience: registry.example.com }
groups:
  developers: [user:ada, user:grace]
  builds:
    - { issuer: github, claims: { repository: shop/*, ref: [refs/heads/main, "refs/tags/**"] } }
    - { aws: arn:aws:iam::123456789012:role/ci-* }
rules:
  - { who: user:ada, may: admin, on: "**" }
  - { who: group:developers, may: [pull, push], on: shop/**, tags: dev-* }
  - { who: group:builds, may: [pull, push], on: [shop/*, base/node] }
  - { who: authenticated, may: pull, on: base/* }
  - { who: anonymous, may: pull, on: public/** }
`;

const POLICY = parsePolicy(TEXT);
const ada: Identity = { kind: "person", name: "ada" };
const robot: Identity = { kind: "robot", name: "ada" };
const anonymous: Identity = { kind: "anonymous" };
const action = (claims: Record<string, string | readonly string[]>, issuer = "github"): Identity => ({
  kind: "oidc",
  issuer,
  subject: "x",
  claims,
});
const role = (arn: string): Identity => ({ kind: "aws", arn });

const may = (identity: Identity, what: Action, repo: string, tag?: string): boolean =>
  allows(rightsOf(POLICY, identity), {
    action: what,
    repo: parseRepoName(repo),
    ...(tag && { tags: [parseTag(tag)] }),
  });

describe("a policy", () => {
  it("is the same in YAML and JSON, with tabs, too", () => {
    const document = {
      version: 1,
      groups: { dev: ["user:ada"] },
      rules: [{ who: "group:dev", may: ["pull"], on: "**" }],
    };
    const expected = { who: [{ kind: "group", name: "dev" }], may: ["pull"], on: ["**"], path: "rules[0]" };
    for (const indent of [undefined, 2, "\t"]) {
      const { rules } = parsePolicy(JSON.stringify(document, null, indent));
      expect(rules).toEqual([expect.objectContaining(expected)]);
    }
  });

  it("allows people and groups what its rules say", () => {
    expect(may(ada, "push", "shop/api/base", "dev-1")).toBe(true);
    expect(may(ada, "push", "shop/api/base", "v1")).toBe(false);
    expect(may(ada, "delete", "shop/api")).toBe(false);
    expect(may(ada, "pull", "base/node")).toBe(true);
    expect(may(ada, "pull", "other/x")).toBe(false);
  });

  it("takes no robot for a person of its name", () => {
    expect(may(robot, "push", "shop/api")).toBe(false);
    expect(may(robot, "pull", "base/node")).toBe(true);
    expect(allows(rightsOf(POLICY, robot), { administration: true })).toBe(false);
    expect(allows(rightsOf(POLICY, ada), { administration: true })).toBe(true);
  });

  it("allows everyone what anonymous may", () => {
    for (const who of [anonymous, ada, robot, action({}), role("arn:aws:iam::1:role/x")]) {
      expect(may(who, "pull", "public/a/b")).toBe(true);
      expect(may(who, "push", "public/a/b")).toBe(false);
    }
  });

  it("allows what an issuer vouches for by all its claims", () => {
    const repository = "shop/api";
    expect(may(action({ repository, ref: "refs/heads/main" }), "push", "shop/api")).toBe(true);
    expect(may(action({ repository, ref: "refs/tags/a/b" }), "push", "shop/api")).toBe(true);
    expect(may(action({ repository, ref: ["refs/heads/x", "refs/tags/1"] }), "push", "shop/api")).toBe(true);
    expect(may(action({ repository, ref: "refs/heads/x" }), "push", "shop/api")).toBe(false);
    expect(may(action({ repository, ref: [] }), "push", "shop/api")).toBe(false);
    expect(may(action({ repository }), "push", "shop/api")).toBe(false);
    expect(may(action({ repository: "shop/api/x", ref: "refs/heads/main" }), "push", "shop/api")).toBe(false);
    expect(may(action({ repository, ref: "refs/heads/main" }, "gitlab"), "push", "shop/api")).toBe(false);
  });

  it("takes no property that every object has for a claim", () => {
    const text = TEXT.replace("repository: shop/*", '__proto__: "**", constructor: "**", toString: "**"');
    const rights = rightsOf(parsePolicy(text), action({ ref: "refs/heads/main" }));
    expect(allows(rights, { action: "push", repo: parseRepoName("shop/api") })).toBe(false);
  });

  it("allows roles of AWS by their ARN, of the account it names", () => {
    expect(may(role("arn:aws:iam::123456789012:role/ci-web"), "push", "base/node")).toBe(true);
    expect(may(role("arn:aws:iam::999999999999:role/ci-web"), "push", "base/node")).toBe(false);
    expect(may(role("arn:aws:iam::123456789012:user/ci-web"), "push", "base/node")).toBe(false);
  });

  it("takes for authenticated only whom this registry knows itself", () => {
    expect(may(action({}), "pull", "base/node")).toBe(false);
    expect(may(role("arn:aws:iam::1:role/x"), "pull", "base/node")).toBe(false);
    expect(may(anonymous, "pull", "base/node")).toBe(false);
  });

  it("allows through an access key what both allow, and what everyone may", () => {
    const limits = [
      { repositories: parseGlob("*/api"), actions: ["pull", "push"], tags: [parseTagGlob("*-1")] },
      { repositories: parseGlob("base/x"), actions: ["push"] },
    ] as const;
    const key: Identity = { ...ada, limits };
    const rights = rightsOf(POLICY, key);
    const allowed = (what: Action, repo: string, tag?: string) =>
      allows(rights, { action: what, repo: parseRepoName(repo), ...(tag && { tags: [parseTag(tag)] }) });
    expect(allowed("push", "shop/api", "dev-1")).toBe(true);
    expect(allowed("push", "shop/api", "dev-2")).toBe(false);
    expect(allowed("push", "shop/api", "v-1")).toBe(false);
    expect(allowed("push", "shop/web")).toBe(false);
    expect(allowed("push", "team/api")).toBe(false);
    expect(allowed("pull", "base/x")).toBe(false);
    expect(allowed("pull", "public/x")).toBe(true);
    expect(allows(rights, { administration: true })).toBe(false);
    expect(rightsOf(POLICY, { ...ada, limits: [] }).searches).toEqual(["public/**"]);
  });
});

describe("an access key that is limited to tags", () => {
  it("pushes no others, where its owner may push all", () => {
    const limits = [
      { repositories: parseGlob("**"), actions: ["push"], tags: [parseTagGlob("v*")] },
    ] as const;
    const policy = parsePolicy("version: 1\nrules: [{ who: robot:ci, may: push, on: shop/* }]\n");
    const ci: Identity = { kind: "robot", name: "ci" };
    const pushes = (identity: Identity, tag: string) =>
      allows(rightsOf(policy, identity), {
        action: "push",
        repo: parseRepoName("shop/api"),
        tags: [parseTag(tag)],
      });
    expect(pushes({ ...ci, limits }, "v1")).toBe(true);
    expect(pushes({ ...ci, limits }, "latest")).toBe(false);
    expect(pushes(ci, "latest")).toBe(true);
  });
});

describe("what the catalog lists", () => {
  it("is told by as few globs as that takes", () => {
    const text = `version: 1
rules: [{ who: anonymous, may: pull, on: [a/b, a/**, "*/c", a/b, b/x] }, { who: user:ada, may: pull, on: "**" }]
`;
    expect(rightsOf(parsePolicy(text), anonymous).searches).toEqual(["a/**", "*/c", "b/x"]);
    expect(rightsOf(parsePolicy(text), ada).searches).toEqual(["**"]);
  });
});

describe("an explanation", () => {
  const ask = (identity: Identity, what: "pull" | "push" | "delete", repo: string, tag?: string) =>
    explain(POLICY, identity, {
      action: what,
      repo: parseRepoName(repo),
      ...(tag && { tag: parseTag(tag) }),
    });

  it("names the rule that allows it, and by which subject", () => {
    const { allowed, findings } = ask(ada, "push", "shop/api", "dev-1");
    expect(allowed).toBe(true);
    expect(findings[0]).toEqual({
      path: "rules[1]",
      line: 12,
      rule: "group:developers may pull, push on shop/**, tags dev-*",
      tags: ["dev-*"],
      as: "group:developers",
      lacks: [],
    });
  });

  it("names the claims by which a job is another than those of a group, as near as these come", () => {
    const job = (claims: Record<string, string>): Identity => ({
      kind: "oidc",
      issuer: "github",
      subject: "x",
      claims,
    });
    const { findings } = ask(job({ repository: "shop/api", ref: "refs/heads/dev" }), "push", "shop/api");
    expect(findings[0]).toMatchObject({
      path: "rules[2]",
      lacks: ["who"],
      otherClaims: [{ claim: "ref", wanted: ["refs/heads/main", "refs/tags/**"], has: ["refs/heads/dev"] }],
    });
  });

  it("names what each rule lacks, the nearest first", () => {
    const { allowed, findings } = ask(ada, "push", "shop/api", "v1");
    expect(allowed).toBe(false);
    expect(findings.map(({ path, lacks }) => [path, ...lacks])).toEqual([
      ["rules[0]", "action"],
      ["rules[1]", "tag"],
      ["rules[2]", "who"],
      ["rules[3]", "action", "repository"],
      ["rules[4]", "action", "repository"],
    ]);
  });

  it("names the key where only that refuses", () => {
    const limits = [{ repositories: parseGlob("shop/web"), actions: ["pull"] }] as const;
    expect(ask({ ...ada, limits }, "push", "shop/api").findings[0]).toMatchObject({
      path: "rules[0]",
      lacks: ["action"],
    });
    const lacks = ask({ ...ada, limits }, "push", "shop/api").findings.find(
      ({ path }) => path === "rules[1]",
    );
    expect(lacks?.lacks).toEqual(["key"]);
  });

  it("says every subject in the policy's words", () => {
    const { findings } = explain(POLICY, anonymous, { action: "admin" });
    const words = findings.map(({ rule }) => rule);
    expect(words).toContain("user:ada may admin on **");
    expect(words).toContain("anonymous may pull on public/**");
    const claims = TEXT.replace(
      "who: group:builds",
      "who: [{ aws: arn:aws:iam::123456789012:role/x }, { issuer: github, claims: { ref: [a, b], sub: c } }]",
    );
    const [rule] = explain(parsePolicy(claims), anonymous, { action: "admin" }).findings.filter(
      ({ path }) => path === "rules[2]",
    );
    expect(rule?.rule).toBe(
      "aws: arn:aws:iam::123456789012:role/x, issuer: github (ref: a or b, sub: c) may pull, push on shop/*, base/node",
    );
  });
});
