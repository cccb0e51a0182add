import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runBerth } from "../support/berth-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const POLICY = `version: 1
issuers:
  github: { url: https://token.actions.githubusercontent.com, audience: registry.example.com }
groups:
  developers: [user:ada, user:both]
rules:
  - { who: group:developers, may: [pull, push], on: shop/**, tags: v* }
  - { who: [robot:ci@shop, robot:both], may: [pull, push], on: shop/api }
  - { who: { issuer: github, claims: { repository: shop/*, ref: refs/heads/main } }, may: push, on: shop/* }
  - { who: { aws: arn:aws:iam::123456789012:role/ci-* }, may: pull, on: shop/* }
  - { who: anonymous, may: pull, on: public/** }
  - { who: user:root, may: admin, on: "**" }
`;

let temporary: TemporaryFolder;
const file = (name: string) => join(temporary.path, name);
beforeAll(async () => {
  temporary = await temporaryFolder();
  writeFileSync(file("policy.yaml"), POLICY);
  writeFileSync(file("broken.yaml"), POLICY.replaceAll("may: pull", "may: pul"));
  writeFileSync(file("latin1.yaml"), Buffer.from("version: 1 # \xe4\n", "latin1"));
});
afterAll(() => temporary.remove());

describe("berth policy check", () => {
  it("says what a policy holds", async () => {
    const { code, stdout } = await runBerth(["policy", "check", file("policy.yaml")]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${file("policy.yaml")} is a policy: 6 rules, 1 group, 1 issuer\n`,
    });
  });

  it("says all that is wrong, by line", async () => {
    const { code, stderr } = await runBerth(["policy", "check", file("broken.yaml")]);
    const reason = "'pul' is none of pull, push, delete, admin; did you mean pull?";
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `${file("broken.yaml")} is no policy:\nline 10: rules[3].may: ${reason}\nline 11: rules[4].may: ${reason}\n`,
    });
  });

  it("says so as JSON", async () => {
    const { code, stdout } = await runBerth(["policy", "check", file("broken.yaml"), "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      complete: true,
      complaints: [{ line: 10, path: "rules[3].may" }, {}],
    });
    const right = await runBerth(["policy", "check", file("policy.yaml"), "--json"]);
    expect(JSON.parse(right.stdout)).toEqual({ valid: true, complete: true, complaints: [] });
  });

  it.each(["missing.yaml", "latin1.yaml", "."])("ends with 2 where %s can't be read", async (name) => {
    const { code, stderr } = await runBerth(["policy", "check", file(name)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^berth: .*(can't read the policy|is no text in UTF-8).*\n$/);
  });
});

const test = (as: string, ...args: readonly string[]) =>
  runBerth(["policy", "test", file("policy.yaml"), "--as", as, ...args]);
const push = (repo: string, ...more: readonly string[]) => ["--action", "push", "--repo", repo, ...more];
const pull = (repo: string) => ["--action", "pull", "--repo", repo];

describe("berth policy test", () => {
  it("names the rule that allows it", async () => {
    expect(await test("user:ada", ...push("shop/api", "--tag", "v1"))).toEqual({
      code: 0,
      stdout: `allowed: user:ada: push shop/api:v1
  by rules[0], line 7, as group:developers
    group:developers may pull, push on shop/**, tags v*
`,
      stderr: "",
    });
  });

  it("names what the nearest rules lack", async () => {
    const { code, stdout } = await test("user:ada", ...push("shop/api", "--tag", "latest"));
    expect(code).toBe(1);
    expect(stdout).toBe(`denied: user:ada: push shop/api:latest
  rules[0], line 7, allows other tags
    group:developers may pull, push on shop/**, tags v*
  rules[1], line 8, is about others
    robot:ci@shop, robot:both may pull, push on shop/api
  rules[2], line 9, is about others
    issuer: github (repository: shop/*, ref: refs/heads/main) may push on shop/*
  and 3 more, which lack as much or more (see --json)
`);
  });

  it("names the claims by which a rule is about other jobs of the issuer, and that rule first", async () => {
    const { code, stdout } = await test(
      "issuer=github,repository=shop/api,ref=refs/heads/dev",
      ...push("shop/api"),
    );
    expect(code).toBe(1);
    expect(stdout.split("\n").slice(0, 4)).toEqual([
      "denied: issuer:github:?: push shop/api",
      "  rules[2], line 9, is about others",
      "    issuer: github (repository: shop/*, ref: refs/heads/main) may push on shop/*",
      "    ref must be refs/heads/main, and is refs/heads/dev",
    ]);
    const none = await test("issuer=github,repository=shop/api", ...push("shop/api"));
    expect(none.stdout).toContain("    ref must be refs/heads/main, and is not there\n");
  });

  it("says of a push without a tag that its tags are limited, where they are", async () => {
    const hint = "a tag must be one of these: ask about it with --tag";
    expect((await test("user:ada", ...push("shop/api"))).stdout).toContain(hint);
    expect((await test("ci@shop", ...push("shop/api"))).stdout).not.toContain(hint);
    expect((await test("user:ada", ...push("shop/api", "--tag", "v1"))).stdout).not.toContain(hint);
  });

  it("tells every rule as JSON", async () => {
    const { code, stdout } = await test("ci@shop", ...push("shop/web"), "--json");
    expect(code).toBe(1);
    const told = JSON.parse(stdout) as { findings: readonly unknown[] };
    expect(told).toMatchObject({ as: "robot:ci@shop", action: "push", repo: "shop/web", allowed: false });
    expect(told.findings).toHaveLength(6);
    expect(told.findings).toContainEqual(
      expect.objectContaining({ path: "rules[1]", lacks: ["repository"] }),
    );
  });

  it.each([
    ["ci@shop", push("shop/api"), 0],
    ["anonymous", pull("public/tools/x"), 0],
    ["anonymous", pull("shop/api"), 1],
    ["robot:ada", push("shop/api"), 1],
    ["issuer=github,repository=shop/api,ref=refs/heads/main", push("shop/api"), 0],
    ["issuer=github,repository=shop/api,ref=refs/heads/x,ref=refs/heads/main", push("shop/api"), 0],
    ["issuer=github,repository=shop/api,ref=refs/heads/x,y", push("shop/api"), 1],
    ["issuer=github,repository=shop/api", push("shop/api"), 1],
    ["arn:aws:sts::123456789012:assumed-role/ci-web/run-7", pull("shop/api"), 0],
    ["arn:aws:iam::123456789012:role/other", pull("shop/api"), 1],
    ["arn:aws:iam::123456789012:role/team/ci-web", pull("shop/api"), 0],
    ["aws:arn:aws:iam::123456789012:role/ci-web", pull("shop/api"), 0],
    ["user:root", ["--action", "admin"], 0],
    ["user:ada", ["--action", "admin"], 1],
  ] as const)("as %s, %j: ends with %i", async (as, args, code) => {
    expect((await test(as, ...args)).code).toBe(code);
  });

  it.each([
    ["both", push("shop/api"), "say user:both or robot:both, since the policy names both"],
    ["eve", push("shop/api"), "since the policy names neither"],
    ["user:Eve", push("shop/api"), "it must be anonymous, user:NAME"],
    ["issuer=gitlab,sub=x", push("shop/api"), "the policy has no issuer 'gitlab'"],
    ["issuer:github:x", push("shop/api"), "by its claims: issuer=NAME,CLAIM=VALUE"],
    ["group:developers", push("shop/api"), "name one of its members"],
    ["authenticated", push("shop/api"), "name one of them"],
    ["arn:nonsense", pull("shop/api"), "a caller of AWS is arn:aws:iam::ACCOUNT:role/NAME"],
    ["arn:aws:iam::123456789012:role/*", pull("shop/api"), "a caller of AWS is"],
    ["user:ada", push("shop/*"), "name one, without stars"],
    ["user:ada", push("shop/api:v1"), "a tag is given with --tag"],
    ["user:ada", push("localhost:5000/shop/api"), "leave out host"],
    ["user:ada", push("shop/api", "--tag", "v*"), "name one, without stars"],
    ["user:ada", ["--action", "psuh", "--repo", "a"], "did you mean push?"],
    ["user:ada", ["--action", "push"], "--repo must be given"],
    [
      "user:ada",
      push("Shop"),
      "--repo is 'Shop': invalid repository name; repository names are in lower case",
    ],
    ["user:ada", push("shop", "--tag", ".x"), "--tag is '.x'"],
    ["user:ada", [...pull("shop"), "--tag", "v1"], "--tag limits only --action push"],
    ["user:ada", ["--action", "admin", "--repo", "shop"], "leave out --repo and --tag"],
  ] as const)("as %s, %j: ends with 2, since %s", async (as, args, reason) => {
    const { code, stderr, stdout } = await test(as, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(reason);
  });

  it("ends with 2 for a file that is no policy", async () => {
    const { code, stderr } = await runBerth([
      "policy",
      "test",
      file("broken.yaml"),
      "--as",
      "anonymous",
      ...pull("a"),
    ]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `berth: ${file("broken.yaml")} is no policy: see berth policy check ${file("broken.yaml")}\n`,
    });
  });
});
