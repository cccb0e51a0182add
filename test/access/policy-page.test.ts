import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { explain } from "../../shared/access/explain.ts";
import { matches, parseGlob } from "../../shared/access/glob.ts";
import { parsePolicy } from "../../shared/access/parse-policy.ts";
import { parseRepoName, parseTag } from "../../shared/oci/names.ts";

const page = readFileSync(new URL("../../docs/policy.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = ""]) => text);

/** `| shop/* | shop/api | shop, shop/api/base |`, with every name in backquotes */
const globs = [...page.matchAll(/^\| `(\S+)` \| (`.*`) \| (`.*`) \|$/gm)].map(
  ([, glob = "", yes = "", no = ""]) => ({
    glob,
    yes: [...yes.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
    no: [...no.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
  }),
);

describe("docs/policy.md", () => {
  it("has examples that are policies", () => {
    expect(examples).toHaveLength(3);
    for (const text of examples) expect(parsePolicy(text).rules.length).toBeGreaterThan(0);
  });

  it("tells what globs match", () => {
    expect(globs).toHaveLength(5);
    for (const { glob, yes, no } of globs) {
      expect(yes.filter((name) => !matches(parseGlob(glob), name))).toEqual([]);
      expect(no.filter((name) => matches(parseGlob(glob), name))).toEqual([]);
    }
  });

  it("shows the explanation that its first example gives", () => {
    const question = { action: "push", repo: parseRepoName("shop/api"), tag: parseTag("latest") } as const;
    const { findings } = explain(parsePolicy(examples[0] ?? ""), { kind: "robot", name: "ci" }, question);
    const [{ path, line, rule, lacks } = { path: "", line: 0, rule: "", lacks: [] }] = findings;
    expect(page).toContain(`  ${path}, line ${line}, allows other tags\n    ${rule}\n`);
    expect(lacks).toEqual(["tag"]);
  });
});
