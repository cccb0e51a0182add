import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { goTool } from "../tools/go-tool.ts";
import { GO_TOOLS } from "../tools/versions.ts";
import { suiteCount, testCases } from "./junit.ts";
import { PROFILES, type Profile, type ProfileName } from "./main-profiles.ts";
import type { Finding, SuiteRun } from "./results.ts";
import { credentialsIn, runSuite } from "./run-suite.ts";

/** The suite of the specification's main branch, by the profile of that name or a variant of it, with the URL's credentials. */
export async function runMainSuite(
  suite: ProfileName,
  registry: URL,
  directory: string,
  profile: Profile = PROFILES[suite],
): Promise<SuiteRun> {
  const file = await goTool("conformance");
  const { version, sparse, digestHeader } = profile;
  const env = {
    OCI_VERSION: version,
    OCI_DATA_SPARSE: String(sparse),
    // Where it is not off, the version says whether it is on.
    ...(!digestHeader && { OCI_API_BLOBS_DIGEST_HEADER: "false" }),
    OCI_TLS: registry.protocol === "https:" ? "insecure" : "disabled",
    OCI_REGISTRY: registry.host,
    ...credentialsIn(registry),
    OCI_REPO1: `conformance/${suite}/one`,
    OCI_REPO2: `conformance/${suite}/two`,
    OCI_RESULTS_DIR: directory,
    OCI_LOG: "error",
  };
  await runSuite({ file, directory, env });
  const yaml = await report(directory, "results.yaml");
  const junit = await report(directory, "junit.xml");
  return readMainSuite(suite, yaml, junit, profile);
}

async function report(directory: string, name: string): Promise<string> {
  return readFile(join(directory, name), "utf8").catch((cause: unknown) => {
    throw new Error(`the suite wrote no ${name}: see ${join(directory, "output.txt")}`, { cause });
  });
}

/**
 * The result that the two reports tell together. The suite calls a run with skips a pass, so every part that is not
 * "Pass" in results.yaml and every setting that is off there counts as a finding, but for what the profile leaves out.
 */
export function readMainSuite(
  suite: ProfileName,
  yaml: string,
  junit: string,
  { leavesOut }: Profile = PROFILES[suite],
): SuiteRun {
  const isLeftOut = ({ status, name }: Finding): boolean => status === "skipped" && leavesOut.has(name);
  const count = (name: string) => suiteCount(junit, name);
  const cases = caseFindings(junit);
  const all = [...cases, ...partFindings(parse(yaml))];
  const failed = count("failures") + count("errors");
  const allSkipped = count("skipped") + count("disabled");
  return {
    kind: "run",
    suite,
    version: GO_TOOLS.conformance.version,
    passed: count("tests") - failed - allSkipped,
    failed,
    skipped: allSkipped - cases.filter(isLeftOut).length,
    findings: all.filter((finding) => !isLeftOut(finding)),
    leftOut: all.filter(isLeftOut).map(({ name }) => name),
  };
}

const caseFindings = (junit: string): Finding[] =>
  testCases(junit)
    .filter(({ status }) => status !== "passed")
    .map(({ status, name, detail }) => ({
      status: status === "skipped" ? "skipped" : "failed",
      name,
      detail,
    }));

/** results.yaml: `config.apis` and `config.data` say what was on, `apis` and `data` how each part ended. */
function partFindings(results: unknown): Finding[] {
  const config = member(results, "config");
  const off = ["apis", "data"].flatMap((part) => switchedOff(`config.${part}`, member(config, part)));
  const parts = ["apis", "data"].flatMap((part) => {
    const ends = Object.entries(record(member(results, part)));
    if (ends.length === 0) throw new Error(`results.yaml has no ${part}`);
    return ends
      .filter(([, status]) => status !== "Pass")
      .map(([name, status]) => partFinding(part, name, status));
  });
  return [...off, ...parts];
}

function partFinding(part: string, name: string, status: unknown): Finding {
  const isSkip = status === "Skip" || status === "Disabled";
  return {
    status: isSkip ? "skipped" : "failed",
    name: `${part}: ${name}`,
    detail: `ended as ${String(status)}`,
  };
}

function switchedOff(path: string, value: unknown): Finding[] {
  if (value === false) return [{ status: "skipped", name: path, detail: "was off" }];
  if (typeof value !== "object") return [];
  return Object.entries(record(value)).flatMap(([name, inner]) => switchedOff(`${path}.${name}`, inner));
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? { ...value } : {};
const member = (value: unknown, name: string): unknown => record(value)[name];
