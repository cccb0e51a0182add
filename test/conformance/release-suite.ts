import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { goTool, ModuleRefused } from "../tools/go-tool.ts";
import { type TestCase, testCases } from "./junit.ts";
import type { Finding, SuiteResult, SuiteRun } from "./results.ts";
import { credentialsIn, runSuite } from "./run-suite.ts";

const SUITE = "release";
const VERSION = "v1.1.1";
const HOW = "`go test -c` in conformance/ of the specification's repository at v1.1.1";
/** begins the name of every test of the suite */
const TITLE = "OCI Distribution Conformance Tests ";

/** The suite of release v1.1.1, all four workflows, with the URL's credentials. `program` is its compiled tests; without it, Go builds them. */
export async function runReleaseSuite(
  registry: URL,
  directory: string,
  program: string | undefined,
): Promise<SuiteResult> {
  try {
    const file = program === undefined ? await goTool("conformance-v1.1.1") : resolve(program);
    return await run({ registry, directory, file });
  } catch (cause) {
    if (!(cause instanceof ModuleRefused)) throw cause;
    const reason = `the Go module proxy does not serve it to this machine; compile it elsewhere (${HOW}) and name the program with --release-suite FILE or BERTH_RELEASE_SUITE`;
    return { kind: "not run", suite: SUITE, version: VERSION, cause: "refused", reason };
  }
}

interface ReleaseRun {
  readonly registry: URL;
  readonly directory: string;
  readonly file: string;
}

async function run({ registry, directory, file }: ReleaseRun): Promise<SuiteRun> {
  const env = {
    OCI_ROOT_URL: registry.origin,
    ...credentialsIn(registry),
    OCI_NAMESPACE: "conformance/release/one",
    OCI_CROSSMOUNT_NAMESPACE: "conformance/release/two",
    OCI_TEST_PULL: "1",
    OCI_TEST_PUSH: "1",
    OCI_TEST_CONTENT_DISCOVERY: "1",
    OCI_TEST_CONTENT_MANAGEMENT: "1",
    OCI_AUTOMATIC_CROSSMOUNT: "1",
    OCI_REPORT_DIR: directory,
  };
  await runSuite({ file, directory, env });
  const output = await readFile(join(directory, "output.txt"), "utf8");
  const junit = await readFile(join(directory, "junit.xml"), "utf8").catch((cause: unknown) => {
    throw new Error(`the suite wrote no junit.xml:\n${output.slice(-2000)}`, { cause });
  });
  return readReleaseSuite(junit, output);
}

/**
 * Tests that run only where another one did not: with a registry prepared by hand, after a mount that was not granted,
 * or without automatic mounts. One run can't have both branches.
 */
const OTHER_BRANCHES = [
  "Get tag name from environment",
  "Populate registry with test tags (no push)",
  "Cross-mounting of nonexistent blob should yield session id",
  "Cross-mounting without from, and automatic content discovery disabled should return a 202",
];

const isOtherBranch = ({ status, name }: TestCase): boolean =>
  status === "skipped" && OTHER_BRANCHES.some((branch) => name.endsWith(branch));

/** A warning in the output is a feature that the suite found missing and forgave: a skip. */
export function readReleaseSuite(junit: string, output: string): SuiteRun {
  const cases = testCases(junit);
  const otherBranches = cases.filter(isOtherBranch);
  // Ginkgo reports its own steps as tests too: they count when they fail.
  const passed = cases.filter(({ status, name }) => status === "passed" && name.startsWith(TITLE));
  const others = cases.filter((test) => test.status !== "passed" && !isOtherBranch(test)).map(finding);
  const findings = [...others, ...warnings(output)];
  return {
    kind: "run",
    suite: SUITE,
    version: VERSION,
    passed: passed.length,
    failed: findings.filter(({ status }) => status === "failed").length,
    skipped: findings.filter(({ status }) => status === "skipped").length,
    findings,
    leftOut: otherBranches.map(({ name }) => name),
  };
}

const finding = ({ status, name, detail }: TestCase): Finding => ({
  status: status === "skipped" ? "skipped" : "failed",
  name,
  detail,
});

const warnings = (output: string): Finding[] =>
  [...output.matchAll(/WARNING: (.*)/g)].map(([, text = ""]) => ({
    status: "skipped",
    name: "warning",
    detail: text,
  }));
