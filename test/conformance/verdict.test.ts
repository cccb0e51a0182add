import { describe, expect, it } from "vitest";
import { readMainSuite } from "./main-suite.ts";
import { readReleaseSuite } from "./release-suite.ts";
import { describeResults, isClean, summarize } from "./results.ts";

/** What results.yaml says: `mount` is how one API ended, `sparse` whether that kind of data was on. */
const yaml = ({ mount = "Pass", sparse = true } = {}) => `
config:
  apis: { ping: true, blobs: { delete: true } }
  data: { image: true, sparse: ${sparse} }
apis:
  Blob mount: ${mount}
data:
  Image: Pass
`;
const junit = (counts: string, cases: string) =>
  `<testsuites><testsuite name="s" ${counts} time="1">${cases}</testsuite></testsuites>`;
const passing = `<testcase name="a/ping" classname="" status="passed"><system-err>GET &lt;x&gt;</system-err></testcase>`;
const skipping = `<testcase name="a/mount" status="skipped"><system-out>registry returned &#34;202&#34;&#xA;twice</system-out></testcase>`;
const failing = `<testcase name="a/get" status="failure"><system-out>expected 200</system-out></testcase>`;

describe("the main suite", () => {
  it("is clean when every test passed and everything was on", () => {
    const run = readMainSuite("main", yaml(), junit('tests="1" failures="0" errors="0"', passing));
    expect(run).toMatchObject({ passed: 1, failed: 0, skipped: 0, findings: [] });
    expect(isClean(run)).toBe(true);
  });

  it("is not clean when a test was skipped, in the suite's own words", () => {
    const run = readMainSuite(
      "main",
      yaml(),
      junit('tests="2" failures="0" errors="0" skipped="1"', passing + skipping),
    );
    expect(run).toMatchObject({ passed: 1, skipped: 1 });
    expect(run.findings).toEqual([
      { status: "skipped", name: "a/mount", detail: 'registry returned "202"\ntwice' },
    ]);
    expect(isClean(run)).toBe(false);
  });

  it("is not clean when a test failed or the suite erred", () => {
    const failed = readMainSuite(
      "main",
      yaml(),
      junit('tests="2" failures="1" errors="0"', passing + failing),
    );
    expect(failed.findings).toEqual([{ status: "failed", name: "a/get", detail: "expected 200" }]);
    expect(isClean(failed)).toBe(false);
    expect(isClean(readMainSuite("main", yaml(), junit('tests="2" failures="0" errors="1"', passing)))).toBe(
      false,
    );
  });

  it.each(["Skip", "Disabled", "FAIL", "Error"])(
    "is not clean when a part of results.yaml ended as %s",
    (mount) => {
      const run = readMainSuite("main", yaml({ mount }), junit('tests="1" failures="0" errors="0"', passing));
      expect(run.findings.map(({ name }) => name)).toEqual(["apis: Blob mount"]);
      expect(isClean(run)).toBe(false);
    },
  );

  it("is not clean when something was off", () => {
    const run = readMainSuite(
      "main",
      yaml({ sparse: false }),
      junit('tests="1" failures="0" errors="0"', passing),
    );
    expect(run.findings).toEqual([{ status: "skipped", name: "config.data.sparse", detail: "was off" }]);
    expect(isClean(run)).toBe(false);
  });

  it("forgives what the released specification does not have, and no other part of it", () => {
    const cancel =
      '<testcase name="OCI Conformance Test/sha256 blobs/post cancel/blob-post-cancel" status="skipped">';
    const counts = 'tests="2" failures="0" errors="0" disabled="1"';
    const run = readMainSuite("main-1.1", yaml({ sparse: false }), junit(counts, passing + cancel));
    expect(run).toMatchObject({ passed: 1, skipped: 0, findings: [] });
    expect(run.leftOut).toEqual([
      "OCI Conformance Test/sha256 blobs/post cancel/blob-post-cancel",
      "config.data.sparse",
    ]);
    expect(isClean(run)).toBe(true);
    const off = readMainSuite("main-1.1", yaml({ mount: "Disabled" }), junit('tests="1"', passing));
    expect(isClean(off)).toBe(false);
  });

  it("is an error when results.yaml is not whole", () => {
    expect(() => readMainSuite("main", "config: {}", junit('tests="1"', passing))).toThrow(
      "results.yaml has no apis",
    );
  });

  it("is not clean when nothing ran", () => {
    expect(isClean(readMainSuite("main", yaml(), junit('tests="0" failures="0" errors="0"', "")))).toBe(
      false,
    );
  });
});

describe("the suite of the release", () => {
  const title = "OCI Distribution Conformance Tests ";
  const test = (name: string, status: string, inner = "") =>
    `<testcase name="${title}${name}" status="${status}">${inner}</testcase>`;
  const skipped = '<skipped message="skipped - you have skipped this test."></skipped>';

  it("does not count Ginkgo's own steps", () => {
    const run = readReleaseSuite(
      junit("", `${test("Pull", "passed")}<testcase name="report" status="passed">`),
      "",
    );
    expect(run).toMatchObject({ passed: 1, failed: 0, skipped: 0 });
    expect(isClean(run)).toBe(true);
  });

  it("names the branches that can't run together with the others, and takes no other skip", () => {
    const branch = test("Pull Setup Get tag name from environment", "skipped", skipped);
    const run = readReleaseSuite(junit("", test("Pull", "passed") + branch), "");
    expect(run.leftOut).toEqual([`${title}Pull Setup Get tag name from environment`]);
    expect(isClean(run)).toBe(true);
    const other = readReleaseSuite(junit("", test("Pull", "passed") + test("Push", "skipped", skipped)), "");
    expect(other).toMatchObject({ skipped: 1, findings: [{ status: "skipped", name: `${title}Push` }] });
    expect(isClean(other)).toBe(false);
  });

  it("is not clean when a test failed, in the suite's own words", () => {
    const failure = '<failure message="Expected&#xA;    &lt;int&gt;: 404" type="failed">long</failure>';
    const run = readReleaseSuite(junit("", test("Pull", "passed") + test("Push", "failed", failure)), "");
    expect(run.findings).toEqual([
      { status: "failed", name: `${title}Push`, detail: "Expected\n    <int>: 404" },
    ]);
    expect(isClean(run)).toBe(false);
  });

  it("takes a warning for a skip", () => {
    const output = "\n  WARNING: filtering by artifact-type is not implemented\n";
    const run = readReleaseSuite(junit("", test("Pull", "passed")), output);
    expect(run).toMatchObject({ passed: 1, skipped: 1 });
    expect(isClean(run)).toBe(false);
  });
});

describe("the report", () => {
  const notRun = {
    kind: "not run",
    suite: "release",
    version: "v1.1.1",
    cause: "failed",
    reason: "no program",
  } as const;

  it("takes a suite that was not run for a failure", () => {
    expect(isClean(notRun)).toBe(false);
    expect(describeResults([notRun])).toContain("NOT RUN here: release: no program");
    expect(JSON.parse(summarize("berth", [notRun]))).toEqual({
      registry: "berth",
      clean: false,
      suites: [{ suite: "release", version: "v1.1.1", notRun: "no program" }],
    });
  });
});
