import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PolicyError } from "../../shared/access/complaints.ts";
import { MAX_POLICY_BYTES } from "../../shared/access/document.ts";
import { parsePolicy } from "../../shared/access/parse-policy.ts";

/** What is said of a text; nothing where it is a policy. */
function complaintsOf(text: string): readonly string[] {
  try {
    parsePolicy(text);
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.message.split("\n");
    throw error;
  }
}

/** A policy of one rule that is right but for what the case puts in. */
const rule = (part: string): string => {
  const parts = { who: "anonymous", may: "pull", on: "shop/*" };
  const [key = ""] = part.split(":");
  const others = Object.entries(parts).filter(([each]) => each !== key);
  const lines = [part, ...others.map(([each, value]) => `${each}: ${value}`)];
  return `version: 1\nrules:\n  - ${lines.join("\n    ")}\n`;
};

const issuer = (url: string): string =>
  `version: 1\nissuers: { ci: { url: "${url}", audience: berth } }\nrules: []\n`;

const BROKEN = `version: 1
gruops:
  dev: user:ada
groups:
  ops: [user:Ada, group:ops]
rules:
  - who: [group:opps, usr:ada, ada]
    may: [pul, push]
    on: [Shop/api, shop/?]
    tag: v1
  - may: pull
    who: anonymous
`;

describe("a policy that is none", () => {
  it("is told everything at once, with lines, paths, reasons and what may have been meant", () => {
    expect(complaintsOf(BROKEN)).toEqual([
      "line 2: 'gruops' is none of version, rules, issuers, groups; did you mean groups?",
      expect.stringMatching(/^line 5: groups\.ops\[0\]: 'Ada' is no name: lower-case letters/),
      "line 5: groups.ops[1]: a group has identities, no other groups: name both in the rule",
      "line 7: rules[0].who[0]: group 'opps' is none of ops; did you mean ops?",
      expect.stringMatching(
        /^line 7: rules\[0\]\.who\[1\]: 'usr:ada' is none of .*; did you mean user:ada\?$/,
      ),
      expect.stringMatching(/^line 7: rules\[0\]\.who\[2\]: 'ada' is none of .* \(user:ada\? robot:ada\?\)$/),
      "line 8: rules[0].may[0]: 'pul' is none of pull, push, delete, admin; did you mean pull?",
      "line 9: rules[0].on[0]: 'Shop/api': repository names are in lower case",
      "line 9: rules[0].on[1]: 'shop/?' matches no repository name: only * and ** are wildcards",
      "line 10: rules[0]: 'tag' is none of who, may, on, tags; did you mean tags?",
      "line 11: rules[1]: on must be there",
    ]);
  });

  it("knows the column, too", () => {
    const parse = () => parsePolicy(rule("may: [pull, psuh]"));
    const place = { line: 3, column: 17, path: "rules[0].may[1]" };
    expect(parse).toThrow(expect.objectContaining({ complaints: [expect.objectContaining(place)] }));
  });

  it("is read until 50 complaints, and says that there may be more", () => {
    const broken = (rules: number) => complaintsOf(`version: 1\nrules: [${"{}, ".repeat(rules)}]`);
    expect(broken(50)).toHaveLength(50);
    expect(broken(51)).toHaveLength(51);
    expect(broken(200).at(-1)).toBe("… and perhaps more: reading ended after 50 complaints");
  });

  it.each([
    ["", "the policy is empty"],
    ["# nothing\n", "the policy is empty"],
    ["[]", "this must be a map with version"],
    ["rules: []", "version must be there"],
    ["version: 2\nrules: []", "there is no version '2'"],
    ["version: 1\nrules: {}", "this must be a list of rules"],
    ["version: 1\nrules:\n", "this must be a list of rules"],
    ["version: 1\nrules: []\n---\nversion: 1", "multiple documents"],
    ["version: 1\nrules: [", "line 2"],
    [rule("who: []"), "the list is empty"],
    [rule("who:"), "rules[0].who: this is empty"],
    [rule("who: group:dev"), "the policy has no groups, so none is 'dev'"],
    [rule("who: aws:arn:aws:iam::123456789012:role/ci"), "after aws: there must be a space"],
    [rule("who: { user: ada }"), "this must be one of anonymous"],
    [
      rule("who: '*'"),
      "there is no '*': everyone is anonymous, every person and every robot is authenticated",
    ],
    [rule("who: user:*"), "a name has no stars: everyone is anonymous"],
    [rule("may: all"), "name each of [pull, push, delete]"],
    [
      rule("on: shop/api:v1"),
      "'shop/api:v1' matches no repository name: it holds no host, no tag and no digest",
    ],
    [
      rule("on: /shop/*"),
      "'/shop/*' matches no repository name: a slash stands only between two parts of it",
    ],
    [rule("who: { issuer: github, claims: { sub: x } }"), "the policy has no issuers, so none is 'github'"],
    [rule("who: { aws: arn:aws:iam::123456789012:role/ci, claims: { sub: x } }"), "'claims' is none of aws"],
    [rule("may: [[pull]]"), "this must be a text, and is a list"],
    [rule("on: */api"), "a text that begins with a star needs quotes: '*/api'"],
    [rule("on: **"), "a text that begins with a star needs quotes: '**'"],
    [rule("may: admin"), "admin is for the registry as a whole: on: '**'"],
    [rule("may: admin"), "anonymous is everyone, and not everyone can have admin"],
    [rule("tags: v*"), "tags limit a push, which this rule does not allow"],
    [
      "version: 1\nrules: [{who: anonymous, may: [push, delete], on: a, tags: v1}]",
      "put delete into another rule",
    ],
    [
      "version: 1\nrules: [{who: anonymous, may: push, on: a, tags: a/b}]",
      "'a/b' matches no tag: a tag holds no slash",
    ],
    [
      "version: 1\nissuers: { ci: { url: 'https://x.org' } }\nrules: []",
      "issuers.ci: audience must be there",
    ],
    ["version: 1\ngroups: { __proto__: [user:ada] }\nrules: []", "'__proto__' is no name"],
  ])("%j: %s", (text, reason) => {
    expect(complaintsOf(text).join("\n")).toContain(reason);
  });

  it.each([
    "http://ci.example.com",
    "http://localhost:8080",
    "ftp://ci.example.com",
    "https://ci.example.com/?a=b",
    "https://ci.example.com/#a",
    "https://me:secret@ci.example.com",
    "ci.example.com",
  ])("has no issuer at %s", (url) => {
    expect(complaintsOf(issuer(url)).join("\n")).toContain("must be an issuer's address");
    expect(complaintsOf(issuer("https://ci.example.com/x"))).toEqual([]);
  });

  it("has an issuer without TLS on this machine only for tests", () => {
    const text = issuer("http://127.0.0.1:8080");
    expect(complaintsOf(text)).toHaveLength(1);
    expect(parsePolicy(text, { loopback: true }).issuers).toEqual([
      { name: "ci", issuer: "http://127.0.0.1:8080", audience: ["berth"] },
    ]);
    expect(() => parsePolicy(issuer("http://ci.example.com"), { loopback: true })).toThrow(PolicyError);
  });

  it("has no two names for one issuer and audience", () => {
    const twins = (audience: string) => `version: 1
issuers:
  one: { url: https://ci.example.com, audience: [berth, other] }
  two: { url: https://ci.example.com, audience: ${audience} }
rules: []
`;
    expect(complaintsOf(twins("berth"))).toEqual([
      "line 4: issuers.two: this is the same issuer for the same audience as one",
    ]);
    expect(complaintsOf(twins("third"))).toEqual([]);
  });

  it.each([
    ["arn:aws:sts::123456789012:assumed-role/ci/me", "sessions go by their role here"],
    ["arn:aws:iam::123456789012:role/team/ci", "STS tells no path of a role"],
    ["arn:aws:iam::*:role/ci", "only NAME has stars"],
    ["'**'", "only NAME has stars"],
    ["arn:aws:iam::123456789012:**", "only NAME has stars"],
    ["arn:aws:s3:::bucket", "only NAME has stars"],
  ])("means no caller of AWS by %s: %s", (arn, reason) => {
    expect(complaintsOf(rule(`who: { aws: ${arn} }`)).join("\n")).toContain(reason);
  });

  it("means nobody whom an issuer vouches for without a claim", () => {
    const text = `version: 1
issuers: { ci: { url: https://ci.example.com, audience: berth } }
rules: [{ who: { issuer: ci, claims: {} }, may: pull, on: shop/* }]
`;
    expect(complaintsOf(text).join("\n")).toContain("everyone whom the issuer knows");
  });
});

describe("what YAML has beyond lists, maps and texts", () => {
  it.each([
    ["anchors", rule("who: &a anonymous"), "is an anchor of YAML"],
    ["aliases", "version: &v 1\nrules: *v", "needs quotes: '*v'"],
    ["tags", rule("who: !!str anonymous"), "is a tag of YAML"],
    ["binaries", rule("who: !!binary YW5vbnltb3Vz"), "is a tag of YAML"],
    ["directives", `%YAML 1.1\n---\n${rule("who: anonymous")}`, "takes no directives"],
    ["merges", "version: 1\nrules: [{ <<: { who: anonymous }, may: pull, on: a }]", "'<<' is none of who"],
    ["a key twice", rule("who: anonymous\n    who: user:ada"), "'who' stands here twice"],
    ["a key twice in JSON", '{"version": 1, "rules": [], "rules": []}', "'rules' stands here twice"],
    ["keys that are no texts", "version: 1\nrules: []\n? [a]\n: b", "a key must be a text"],
  ])("is refused: %s", (_, text, reason) => {
    expect(complaintsOf(text).join("\n")).toContain(reason);
  });

  it("does not make other values of texts", () => {
    const text = rule("tags: [1.10, 0x1f, no, null, 2026-11-26, 1_000]").replace("may: pull", "may: push");
    const tags = ["1.10", "0x1f", "no", "null", "2026-11-26", "1_000"];
    expect(parsePolicy(text).rules[0]?.tags).toEqual(tags);
  });

  it("does not grow in memory, nor nest without end", () => {
    const laughs = Array.from({ length: 9 }, (_, n) => `a${n}: &a${n} [${`*a${n - 1}, `.repeat(9)}]`);
    expect(complaintsOf(laughs.join("\n"))).toHaveLength(51);
    for (const piece of ["[", "{", "- ", "? ", "a: {", "? - "]) {
      expect(complaintsOf(piece.repeat(20_000)).join("\n")).toContain("nested too deeply");
    }
    const steps = Array.from({ length: 300 }, (_, n) => `${" ".repeat(n)}a:\n`).join("");
    expect(complaintsOf(steps).join("\n")).toContain("nested too deeply");
    expect(complaintsOf("]".repeat(20_000))).toEqual(["line 1: this ']' closes nothing"]);
  });

  it("is bounded in bytes", () => {
    const fill = (bytes: number) => `${rule("who: anonymous")}#`.padEnd(bytes - 1, "x").concat("\n");
    expect(complaintsOf(fill(MAX_POLICY_BYTES))).toEqual([]);
    expect(complaintsOf(fill(MAX_POLICY_BYTES + 1))).toEqual(["line 1: a policy has at most 128 KB"]);
    expect(complaintsOf(`#${"ä".repeat(MAX_POLICY_BYTES / 2)}`)).toEqual([
      "line 1: a policy has at most 128 KB",
    ]);
  });

  it("ends in a policy or in complaints, whatever the text", () => {
    const pieces = [
      "version",
      ": ",
      "1",
      "\n",
      "rules",
      "- ",
      "[",
      "]",
      "{",
      "}",
      ",",
      "who",
      "  ",
      '"',
      "'",
      "&a",
      "*a",
      "#",
      "|",
      ">",
      "?",
      "\t",
      "%",
      "---",
      "\u0000",
      "😀",
      "<<",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), (parts) => {
        expect(Array.isArray(complaintsOf(parts.join("")))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
