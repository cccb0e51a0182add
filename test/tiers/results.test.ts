import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { isClean, readConformance, readVitest } from "./counts.ts";
import { type PartResult, staleness } from "./full-results.ts";
import { hashPackages } from "./packages.ts";
import { renderResults } from "./report.ts";
import { figuresIn, notRunIn, type Outcome } from "./run-part.ts";
import { hashSources } from "./sources.ts";
import { summary } from "./tell.ts";

const result: PartResult = {
  title: "kill -9",
  revision: "0123456789ab",
  date: "2026-11-24T13:00:00.000Z",
  machine: "2 x processor",
  sources: { shared: "a", local: "b" },
  seconds: 61,
  counts: { passed: 3, failed: 0, skipped: 0 },
  groups: [],
  figures: ["200 kills, 5000 requests acknowledged"],
  complaints: [],
};

describe("the results of the full tier", () => {
  it("hold as long as what they speak of is the same", () => {
    expect(staleness(result, { shared: "a", local: "b" })).toBeUndefined();
  });

  it("are old when a file changed that they speak of, or one came in", () => {
    expect(staleness(result, { shared: "a", local: "c" })).toBe(
      "ran at 0123456789ab on 2026-11-24, and since then local changed",
    );
    expect(staleness(result, { shared: "a", local: "b", "test/crash": "d" })).toContain("test/crash changed");
  });

  it.each([
    ["failed", { counts: { passed: 3, failed: 1, skipped: 0 } }],
    ["were skipped", { counts: { passed: 3, failed: 0, skipped: 1 } }],
    ["never ran", { counts: { passed: 0, failed: 0, skipped: 0 } }],
    ["could not run on that machine", { complaints: ["release: not served"] }],
  ])("are none when tests %s", (_what, change) => {
    expect(staleness({ ...result, ...change }, result.sources)).toBe("did not pass");
  });

  it("are none for a part that has never run", () => {
    expect(staleness(undefined, {})).toBe("has never run");
  });

  it("are told to people with counts, revision, date and figures", () => {
    const report = renderResults({ crash: result });
    expect(report).toContain("| crash | 3 | 0 | 0 | 1:01 | `0123456789ab` | 2026-11-24 13:00 |");
    expect(report).toContain("kill -9: 3 passed, 0 failed, on 2 x processor.");
    expect(report).toContain("200 kills, 5000 requests acknowledged");
  });
});

describe("the hash of a source tree", () => {
  it("changes with a content and with a name, and with nothing else", async () => {
    const folder = await temporaryFolder();
    const hash = async () => (await hashSources(folder.path, ["tree"]))["tree"];
    try {
      await mkdir(join(folder.path, "tree", "inner"), { recursive: true });
      await writeFile(join(folder.path, "tree", "inner", "one"), "1");
      const first = await hash();
      await writeFile(join(folder.path, "tree", "inner", "one"), "1");
      await writeFile(join(folder.path, "beside"), "2");
      expect(await hash()).toBe(first);
      await writeFile(join(folder.path, "tree", "inner", "one"), "2");
      const second = await hash();
      await writeFile(join(folder.path, "tree", "two"), "");
      expect(new Set([first, second, await hash()]).size).toBe(3);
    } finally {
      await folder.remove();
    }
  });
});

describe("the hash of the packages", () => {
  const locked = (version: string, needs: readonly string[] = []) => ({
    version,
    dependencies: Object.fromEntries(needs.map((name) => [name, "*"])),
  });
  const lock = {
    "node_modules/node": locked("24.0.0"),
    "node_modules/@a/used": locked("1.0.0", ["inner"]),
    "node_modules/@a/used/node_modules/inner": locked("1.0.0"),
    "node_modules/inner": locked("2.0.0"),
    "node_modules/late": locked("1.0.0", ["@a/used"]),
    "node_modules/tool": locked("1.0.0"),
  };
  const source = 'import { b } from "@a/used/deep";\nconst late = () => import("late");\n';

  async function hashWith(changes: Readonly<Record<string, unknown>>): Promise<string> {
    const folder = await temporaryFolder();
    try {
      await mkdir(join(folder.path, "local"));
      await writeFile(join(folder.path, "local", "a.ts"), source);
      const packages = { ...lock, ...changes };
      await writeFile(join(folder.path, "package-lock.json"), JSON.stringify({ packages }));
      return await hashPackages(folder.path, ["local"]);
    } finally {
      await folder.remove();
    }
  }

  it.each([
    "node_modules/node",
    "node_modules/@a/used",
    "node_modules/@a/used/node_modules/inner",
    "node_modules/late",
  ])("changes with the version of %s, which is used", async (path) => {
    expect(await hashWith({ [path]: locked("9.0.0") })).not.toBe(await hashWith({}));
  });

  it.each(["node_modules/inner", "node_modules/tool"])(
    "stays with another %s, which is not used",
    async (path) => {
      expect(await hashWith({ [path]: locked("9.0.0") })).toBe(await hashWith({}));
    },
  );
});

describe("the counts of a part", () => {
  const file = (name: string, status: string, statuses: readonly string[]) => ({
    name: `/berth/test/${name}`,
    status,
    assertionResults: statuses.map((test) => ({ status: test })),
  });
  const read = (...testResults: readonly unknown[]) => readVitest(JSON.stringify({ testResults }), "/berth");

  it("are vitest's, by folder; by client and by crash", () => {
    const { groups } = read(
      file("spec/tags.test.ts", "passed", ["passed", "passed"]),
      file("spec/blobs.test.ts", "failed", ["passed", "failed"]),
      file("clients/oras.clients.ts", "passed", ["passed", "pending"]),
      file("architecture.test.ts", "passed", ["passed"]),
    );
    expect(groups).toEqual([
      { name: "oras", passed: 1, failed: 0, skipped: 1 },
      { name: "spec", passed: 3, failed: 1, skipped: 0 },
      { name: "test", passed: 1, failed: 0, skipped: 0 },
    ]);
  });

  it("take a file that did not load for a failure", () => {
    expect(read(file("spec/tags.test.ts", "failed", [])).groups).toEqual([
      { name: "spec", passed: 0, failed: 1, skipped: 0 },
    ]);
  });

  it("are the conformance suites', beside those that did not run", () => {
    const suites = [
      { suite: "main", version: "v0", passed: 5, failed: 0, skipped: 0, leftOut: 0 },
      { suite: "release", version: "v1.1.1", notRun: "not served" },
    ];
    expect(readConformance(JSON.stringify({ suites }))).toEqual({
      groups: [{ name: "main (v0)", passed: 5, failed: 0, skipped: 0 }],
      notRun: ["release: not served"],
    });
  });

  it("are clean only when something passed and nothing was skipped", () => {
    expect(isClean({ passed: 1, failed: 0, skipped: 0 })).toBe(true);
    expect(isClean({ passed: 0, failed: 0, skipped: 0 })).toBe(false);
    expect(isClean({ passed: 1, failed: 0, skipped: 1 })).toBe(false);
  });
});

describe("what a run tells", () => {
  const outcome: Outcome = {
    counts: { passed: 2, failed: 0, skipped: 0 },
    complaint: undefined,
    figures: [],
    groups: [],
    notRun: ["release: not served"],
    seconds: 75,
    log: "",
  };

  it("ends with the counts of all parts, alone on the last line", () => {
    const failed = { ...outcome, counts: { passed: 0, failed: 1, skipped: 0 }, complaint: "ended with 1" };
    const lines = summary(
      new Map([
        ["tests", outcome],
        ["crash", failed],
      ]),
    ).split("\n");
    expect(lines.at(-1)).toBe("2 passed, 1 failed");
    expect(lines).toContain("tests    1:15  ok: 2 passed, 0 failed");
    expect(lines).toContain("crash    1:15  FAILED (ended with 1): 0 passed, 1 failed");
  });

  it("never leaves out what was not run", () => {
    expect(summary(new Map([["conformance", outcome]]))).toContain(
      "*** NOT RUN here: release: not served ***",
    );
  });

  it("finds the figures of a part in its log", () => {
    const log = "stdout | x\n200 kills, 9 cut short\n  3 of 3 on target\n\n ok\n7 kills, none cut short\n";
    expect(figuresIn(log, /^\d+ kills, /)).toEqual([
      "200 kills, 9 cut short",
      "  3 of 3 on target",
      "7 kills, none cut short",
    ]);
    expect(figuresIn("nothing", /^\d+ kills, /)).toEqual([]);
  });

  it("finds in its log what could not be run here", () => {
    const line = "*** NOT RUN here: zot: name one in BERTH_ZOT ***";
    expect(notRunIn(`stdout | x\n${line}\n ok\n${line}\nthe words *** NOT RUN here: a: b ***\n`)).toEqual([
      "zot: name one in BERTH_ZOT",
    ]);
    expect(notRunIn("nothing")).toEqual([]);
  });
});
