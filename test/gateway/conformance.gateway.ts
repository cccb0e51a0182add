import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inAccount, PROFILES, type ProfileName, redirected } from "../conformance/main-profiles.ts";
import { runMainSuite } from "../conformance/main-suite.ts";
import { runReleaseSuite } from "../conformance/release-suite.ts";
import type { SuiteResult } from "../conformance/results.ts";
import { goTool } from "../tools/go-tool.ts";
import { createPullKeys } from "./pulls/key-pair.ts";
import { guardedStack } from "./support/guarded-stack.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";

const stack = stackUnderTest();

const mainSuite = (profile: ProfileName, directory: string): Promise<SuiteResult> =>
  runMainSuite(profile, new URL(stack.client.url), directory, redirected(PROFILES[profile]));

async function inScratch(work: (directory: string) => Promise<SuiteResult>): Promise<SuiteResult> {
  const directory = await mkdtemp(join(tmpdir(), "berth-conformance-"));
  const result = await work(directory);
  await rm(directory, { recursive: true, force: true });
  return result;
}

const RELEASE_SUITE = "conformance-v1.1.1";
const releaseSuite = await findReleaseSuite();

/** Everything that was not a pass, and how much was. */
function outcome(result: SuiteResult): { passed: number; failed: number; findings: string[] } {
  if (result.kind !== "run") throw new Error(`the suite did not run: ${result.reason}`);
  console.log(`conformance ${result.suite} behind the gateway: ${result.passed} passed`);
  const { passed, failed, findings } = result;
  return { passed, failed, findings: findings.map(({ name }) => name) };
}

describe("the official OCI conformance suites, behind the gateway and through the redirect", () => {
  it("the main branch, with everything on but sparse manifests and the digest of what S3 answers", {
    timeout: 600_000,
  }, async () => {
    const { passed, failed, findings } = outcome(
      await inScratch((directory) => mainSuite("main", directory)),
    );
    expect({ failed, findings }).toEqual({ failed: 0, findings: [] });
    expect(passed).toBeGreaterThan(900);
  });

  it("the main branch, by the released specification", { timeout: 600_000 }, async () => {
    const { passed, failed, findings } = outcome(
      await inScratch((directory) => mainSuite("main-1.1", directory)),
    );
    expect({ failed, findings }).toEqual({ failed: 0, findings: [] });
    expect(passed).toBeGreaterThan(800);
  });

  if (releaseSuite === undefined) {
    console.log(`*** NOT RUN here: release: ${RELEASE_SUITE} is not to be had from the Go module proxy ***`);
    return;
  }
  it("the release v1.1.1, all four workflows", { timeout: 600_000 }, async () => {
    const result = await inScratch((directory) =>
      runReleaseSuite(new URL(stack.client.url), directory, releaseSuite),
    );
    const { passed, failed, findings } = outcome(result);
    expect({ failed, findings }).toEqual({ failed: 0, findings: [] });
    expect(passed).toBeGreaterThan(70);
  });
});

describe("the official OCI conformance suites, behind the gateway and with pulls at the edge", () => {
  const pulling = stackUnderTest(createPullKeys());

  it.each(["main", "main-1.1"] as const)(
    "%s, with everything on but sparse manifests: the answer that has a blob's bytes names their digest",
    { timeout: 600_000 },
    async (profile) => {
      const url = new URL(pulling.client.url);
      const { passed, failed, findings } = outcome(
        await inScratch((directory) => runMainSuite(profile, url, directory, inAccount(PROFILES[profile]))),
      );
      expect({ failed, findings }).toEqual({ failed: 0, findings: [] });
      expect(passed).toBeGreaterThan(800);
      expect(pulling.stand.pulls?.pulls.length).toBeGreaterThan(0);
    },
  );
});

describe("the official OCI conformance suite, behind the gateway of a registry that has a policy", () => {
  const guarded = guardedStack({}, "none");

  it("main, as a person whom the policy lets, with everything on but what S3 answers", {
    timeout: 600_000,
  }, async () => {
    const url = new URL(guarded.client.url);
    const { name, secret } = guarded.ada;
    [url.username, url.password] = [name, secret];
    const { passed, failed, findings } = outcome(
      await inScratch((directory) => runMainSuite("main", url, directory, redirected(PROFILES.main))),
    );
    expect({ failed, findings }).toEqual({ failed: 0, findings: [] });
    expect(passed).toBeGreaterThan(900);
  });
});

/** A program that was built elsewhere, or one from the Go module proxy; the gate, unlike the full tier, can do without. */
async function findReleaseSuite(): Promise<string | undefined> {
  const given = process.env["BERTH_RELEASE_SUITE"];
  if (given !== undefined) return given;
  const built = goTool(RELEASE_SUITE);
  return process.env["BERTH_TEST_TIER"] === "full" ? built : built.catch(() => undefined);
}
