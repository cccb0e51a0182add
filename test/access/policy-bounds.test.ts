import { describe, expect, it } from "vitest";
import { PolicyError } from "../../shared/access/complaints.ts";
import { MAX_POLICY_BYTES } from "../../shared/access/document.ts";
import { parsePolicy } from "../../shared/access/parse-policy.ts";
import { rightsOf } from "../../shared/access/rights-of.ts";
import { MAX_STARS, MAX_TOKENS } from "../../shared/access/unwanted.ts";

/** What is said of a text; undefined where it is a policy. */
function errorOf(text: string): PolicyError | undefined {
  try {
    parsePolicy(text);
    return undefined;
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
}

/** A text of the largest size that is taken, of as many pieces as fit between `head` and `tail`. */
function filled(piece: (at: number) => string, head = "", tail = ""): string {
  const pieces: string[] = [];
  let room = MAX_POLICY_BYTES - head.length - tail.length;
  for (let at = 0; room >= piece(at).length; at += 1) {
    pieces.push(piece(at));
    room -= piece(at).length;
  }
  return head + pieces.join("") + tail;
}

const RULES = "version: 1\nrules: [";
const rule = (who: string): string => `version: 1\nrules:\n  - may: pull\n    on: a\n    who: ${who}\n`;
const named = (count: number, text: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => text(at)).join("");

/** Texts that would take a reader long which goes on to their end. */
const SLOW: Readonly<Record<string, string>> = {
  "1,500 groups and names that are nearly theirs": filled(
    (at) => `group:group-nam-${at},`,
    `version: 1\ngroups:\n${named(1500, (at) => `  group-name-${at}: user:a\n`)}rules:\n  - may: pull\n    on: a\n    who: [`,
    "]\n",
  ),
  "keys that are none": filled((at) => `k${at}: a\n`),
  "one key again and again": filled(() => "a: b\n"),
  aliases: filled(() => "*a, ", "version: [", "]"),
  anchors: filled(() => "&a b\n"),
  "commas alone": filled(() => ",", RULES, "]"),
  "empty rules": filled(() => "{},", RULES, "]"),
  "lists in lists": filled(() => `${"[".repeat(16)}${"]".repeat(16)},`, RULES, "]"),
  quotes: filled(() => '"'),
  "escapes that are none": filled(() => "\\x", 'a: "', '"'),
  "signs that begin nothing": filled(() => "`,", RULES, "]"),
  "lines that are indented at random": filled(() => "  a: b\n c: d\n"),
  "names in upper case": filled(() => "A,", `${RULES}{who: anonymous, may: pull, on: [`, "]}]"),
  "empty lines": filled(() => "\n"),
};

describe("a text that is made to take long", () => {
  it.each(Object.entries(SLOW))("of %s is read no further than to 50 complaints", (_, text) => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_POLICY_BYTES);
    const error = errorOf(text);
    expect(error?.complaints.length).toBeGreaterThan(0);
    expect(error?.complaints.length).toBeLessThanOrEqual(50);
    expect(error?.message.length).toBeLessThan(20_000);
  });

  it("has at most so many tokens, and says from which line on it has more", () => {
    const lines = (count: number) => `${rule("anonymous")}${"#\n".repeat(count)}`;
    const most = lines(100);
    expect(errorOf(most)).toBeUndefined();
    const error = errorOf(lines(MAX_TOKENS / 2));
    expect(error?.complaints).toHaveLength(1);
    expect(error?.message).toMatch(/^line 159\d\d: a policy has at most 32000 words and signs/);
    const escapes = errorOf(rule(`"${"\\\\".repeat(MAX_TOKENS)}"`));
    expect(escapes?.message).toMatch(/^line 5: a policy has at most 32000 words and signs/);
  });

  it("has at most so many stars, wherever a glob can stand", () => {
    const globs = (count: number) => `[${named(count / 2, (at) => `"a*${at}/*",`)}]`;
    const text = (count: number) => rule("anonymous").replace("on: a", `on: ${globs(count)}`);
    expect(errorOf(text(MAX_STARS))).toBeUndefined();
    expect(errorOf(text(MAX_STARS + 2))?.message).toBe(
      "line 4: a policy has at most 4000 stars, and here are more",
    );
    const folded = `version: 1\nrules:\n  - may: pull\n    who: anonymous\n    on: |-\n      a${"*".repeat(MAX_STARS + 1)}\n`;
    expect(errorOf(folded)?.message).toBe("line 6: a policy has at most 4000 stars, and here are more");
  });

  it("takes texts of several lines as it takes others", () => {
    const text = `version: 1\nrules:\n  - may: pull\n    who: anonymous\n    on: |-\n      ${"a".repeat(200)}\n`;
    expect(parsePolicy(text).rules[0]?.on).toEqual(["a".repeat(200)]);
  });
});

describe("a complaint", () => {
  it("quotes the beginning of what is long", () => {
    const long = "a:".repeat(20_000);
    for (const text of [
      rule(`"${long}"`),
      `version: 1\nrules: []\n"${long}": b\n`,
      rule(`"group:${long}"`),
    ]) {
      expect(errorOf(text)?.message.length).toBeLessThan(1500);
    }
    const claims = `{ issuer: ci, claims: { "${long}": [] } }`;
    const issuers = "version: 1\nissuers: { ci: { url: https://ci.example.com, audience: berth } }";
    expect(errorOf(rule(claims).replace("version: 1", issuers))?.message.length).toBeLessThan(1500);
  });

  it("names the first of many groups, and the nearest", () => {
    const groups = named(1000, (at) => `  team-${at}: user:a\n`);
    const text = `version: 1\ngroups:\n${groups}${rule("group:taem-20").slice("version: 1\n".length)}`;
    expect(errorOf(text)?.message).toMatch(
      /group 'taem-20' is none of team-0, .*, team-9 and 990 more; did you mean team-20\?$/,
    );
  });
});

describe("a decision", () => {
  it("looks through a group once, however many rules name it", () => {
    const policy = parsePolicy(
      `version: 1\ngroups: { dev: [user:eve] }\nrules: [${"{who: group:dev, may: pull, on: a},".repeat(500)}]`,
    );
    let looks = 0;
    const groups = new Map(policy.groups);
    groups.get = (name) => {
      looks += 1;
      return policy.groups.get(name);
    };
    expect(rightsOf({ ...policy, groups }, { kind: "person", name: "ada" }).grants).toEqual([]);
    expect(looks).toBe(1);
    expect(rightsOf(policy, { kind: "person", name: "eve" }).grants).toHaveLength(500);
  });
});
