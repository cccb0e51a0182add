import { describe, expect, it } from "vitest";
import { type Attempt, attacked } from "./support/attacked.ts";
import { DELETE, PUSH, READ } from "./support/attempts.ts";

const berth = attacked();
const EVERYTHING = `  - { who: user:admin, may: [admin], on: "**" }
  - { who: [anonymous, user:ben], may: [pull, push, delete], on: "**" }`;

const putting = (policy: unknown): Attempt => ({
  path: "/v2/_berth/policy",
  method: "PUT",
  body: JSON.stringify({ policy, force: true }),
  headers: { "content-type": "application/json" },
});

const bomb = `version: 1
a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
e: [*d, *d, *d, *d, *d, *d, *d, *d, *d]
rules:
${EVERYTHING}
`;

describe("a malformed policy", () => {
  it.each<[string, unknown]>([
    ["that is empty", ""],
    ["that is no map", "- who: anonymous"],
    ["without rules of a known form", "version: 1\nrules: all"],
    ["of a version that is not known", `version: 2\nrules:\n${EVERYTHING}`],
    ["with a key that is not known", `version: 1\nallow: all\nrules:\n${EVERYTHING}`],
    [
      "with an action that is not known",
      `version: 1\nrules:\n${EVERYTHING}\n  - { who: user:ben, may: all, on: "**" }`,
    ],
    [
      "with a name that is none",
      `version: 1\nrules:\n${EVERYTHING}\n  - { who: everybody, may: pull, on: "**" }`,
    ],
    [
      "with a glob that matches nothing",
      `version: 1\nrules:\n${EVERYTHING}\n  - { who: user:ben, may: pull, on: ../** }`,
    ],
    [
      "with an administrator who is nobody",
      `version: 1\nrules:\n  - { who: anonymous, may: [pull, admin], on: "**" }`,
    ],
    [
      "with an issuer without encryption",
      `version: 1\nissuers: { ci: { url: "http://evil.example", audience: x } }\nrules:\n${EVERYTHING}`,
    ],
    [
      "with an alias",
      `version: 1\nx: &x "**"\nrules:\n${EVERYTHING}\n  - { who: user:ben, may: pull, on: *x }`,
    ],
    ["that grows as it is read", bomb],
    ["with a type of another language", `version: !!js/function 'function(){}'\nrules:\n${EVERYTHING}`],
    ["with two documents", `version: 1\nrules:\n${EVERYTHING}\n---\nversion: 1`],
    ["with a key twice", `version: 1\nrules: []\nrules:\n${EVERYTHING}`],
    [
      "with a key of every object",
      `{"version":1,"__proto__":{"rules":[]},"rules":[{"who":"anonymous","may":"pull","on":"**"}]}`,
    ],
    ["that is deep", `${"[".repeat(20_000)}${"]".repeat(20_000)}`],
    ["that is larger than a policy may be", `version: 1\nrules:\n${EVERYTHING}\n#${"x".repeat(140_000)}`],
    ["that is cut off", `version: 1\nrules:\n${EVERYTHING}\n  - { who: user:ben, may: [pu`],
    ["that is no text", { version: 1 }],
  ])("%s is refused, and the one in force goes on", async (_, policy) => {
    for (const status of await berth.outcomes([putting(policy)], berth.people().admin))
      expect([400, 413]).toContain(status);
    expect(await berth.outcomes([READ, PUSH, DELETE])).toEqual([401]);
    expect(await berth.outcomes([DELETE], berth.people().ben)).toEqual([403]);
    expect(await berth.outcomes([READ], berth.people().ben)).toEqual([200]);
  });

  it("in a body that is none is refused", async () => {
    const headers = { "content-type": "application/json" };
    const bodies = ["", "{", "[]", "null", '"version: 1"', "{}", '{"policy":null}', "version: 1"];
    const tried = bodies.map((body) => ({ ...putting(""), body, headers }));
    expect(await berth.outcomes(tried, berth.people().admin)).toEqual([400]);
  });
});

describe("a well-formed policy", () => {
  it("of who may not administer changes nothing, and neither does their reset", async () => {
    const tried = [
      putting(`version: 1\nrules:\n${EVERYTHING}\n`),
      { path: "/v2/_berth/policy", method: "DELETE" },
    ];
    expect(await berth.outcomes(tried)).toEqual([401]);
    for (const login of [berth.people().ada, berth.people().ben])
      expect(await berth.outcomes(tried, login)).toEqual([403]);
    expect(await berth.outcomes(tried, { token: "5ec7e7" })).toEqual([401]);
    expect(await berth.outcomes([READ])).toEqual([401]);
  });
});
