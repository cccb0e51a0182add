import * as fc from "fast-check";
import { parseGlob, parseTagGlob } from "../../../shared/access/glob.ts";
import type { Identity } from "../../../shared/access/identity.ts";
import { parsePolicy } from "../../../shared/access/parse-policy.ts";
import { ACTIONS, type Grant } from "../../../shared/access/rights.ts";
import { parseRepoName, parseTag } from "../../../shared/oci/names.ts";

/** One of each kind of subject, and what few names, repositories and tags make of them: what may match often does. */
const HEAD = {
  version: 1,
  issuers: { ci: { url: "https://ci.example.com", audience: "berth" } },
  groups: {
    dev: ["user:ada", "robot:bot"],
    builds: [
      { issuer: "ci", claims: { repository: "shop/*" } },
      { aws: "arn:aws:iam::123456789012:role/ci-*" },
    ],
  },
};

const whom: readonly unknown[] = [
  "authenticated",
  "user:ada",
  "robot:ada",
  "robot:bot",
  "group:dev",
  "group:builds",
  { aws: "arn:aws:iam::123456789012:user/ada" },
  { issuer: "ci", claims: { ref: ["refs/heads/main", "refs/tags/**"], repository: "**" } },
];
const subjects = fc.constantFrom("anonymous", ...whom);

const globs = fc.oneof(
  fc.constant("**"),
  fc.constantFrom("shop/*", "shop/**", "shop/api", "**/api", "team/*-dev", "shop*"),
);
const tagGlobs = fc.constantFrom("*", "v*", "v1", "dev-*");
const some = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> =>
  fc.array(values, { minLength: 1, maxLength: 3 });

const ruleOn = (on: fc.Arbitrary<string[]>) =>
  fc.oneof(
    fc.record({ who: some(subjects), may: some(fc.constantFrom("pull", "push", "delete")), on }),
    fc.record({ who: some(subjects), may: fc.constant(["push"]), on, tags: some(tagGlobs) }),
    fc.record({
      who: some(fc.constantFrom(...whom)),
      may: fc.constant(["admin", "pull"]),
      on: fc.constant(["**"]),
    }),
  );

/** Rules as a policy has them. */
export const rules = fc.array(ruleOn(some(globs)), { maxLength: 4 });

/** Rules about everyone who can have an access key, so that only the rest decides. */
export const accountRules = rules.map((list) => list.map((rule) => ({ ...rule, who: ["authenticated"] })));

export const policyOf = (list: readonly unknown[]) => parsePolicy(JSON.stringify({ ...HEAD, rules: list }));

const grants: fc.Arbitrary<Grant> = fc.record(
  {
    repositories: globs.map(parseGlob),
    actions: fc.oneof(fc.constant([...ACTIONS]), some(fc.constantFrom(...ACTIONS))),
    tags: some(tagGlobs.map(parseTagGlob)),
  },
  { requiredKeys: ["repositories", "actions"] },
);

export const limits = fc.array(grants, { maxLength: 2 });

const names = fc.constantFrom("ada", "bot", "eve");
const claims = fc.record(
  {
    repository: fc.constantFrom("shop/api", "shop/api/x", "evil/api"),
    ref: fc.constantFrom<string | string[]>("refs/heads/main", "refs/heads/x", [
      "refs/heads/x",
      "refs/tags/a/b",
    ]),
  },
  { requiredKeys: [] },
);
const arns = fc.constantFrom(
  "arn:aws:iam::123456789012:user/ada",
  "arn:aws:iam::123456789012:role/ci-1",
  "arn:aws:iam::999999999999:role/ci-1",
);

export const people = fc.record({ kind: fc.constantFrom("person", "robot"), name: names });

export const identities: fc.Arbitrary<Identity> = fc.oneof(
  fc.constant({ kind: "anonymous" } as const),
  people,
  fc.tuple(people, limits).map(([person, narrowed]) => ({ ...person, limits: narrowed })),
  fc.record({
    kind: fc.constant("oidc"),
    issuer: fc.constantFrom("ci", "other"),
    subject: fc.constant("x"),
    claims,
  }),
  fc.record({ kind: fc.constant("aws"), arn: arns }),
);

export const repositories = fc
  .constantFrom("shop", "shop/api", "shop/api/x", "shopping", "api", "team/a-dev", "other/api")
  .map(parseRepoName);
export const tags = fc.constantFrom("v1", "v2", "dev-1", "latest").map(parseTag);
