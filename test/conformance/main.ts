import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { PROFILES, redirected } from "./main-profiles.ts";
import { runMainSuite } from "./main-suite.ts";
import { type UnderTest, withBerth } from "./registry-under-test.ts";
import { runReleaseSuite } from "./release-suite.ts";
import { describeResults, isClean, isRefused, type SuiteResult, summarize } from "./results.ts";

interface Options {
  readonly url?: string;
  readonly redirected?: boolean;
  readonly suite: "all" | RunName;
  readonly releaseSuite?: string;
  readonly whereServed?: boolean;
  readonly out?: string;
}
/** What is run: each suite, and once more where callers are asked who they are. */
const RUNS = {
  main: { suite: "main", auth: false },
  "main-1.1": { suite: "main-1.1", auth: false },
  release: { suite: "release", auth: false },
  "main-auth": { suite: "main", auth: true },
  "release-auth": { suite: "release", auth: true },
} as const;
type RunName = keyof typeof RUNS;
const RUN_NAMES = Object.keys(RUNS) as readonly RunName[];

const command = new Command("npm run conformance --")
  .description("Runs the official OCI conformance suites; exits with 1 on any failure and on any skip.")
  .option(
    "--url <url>",
    "a registry that runs already, instead of a fresh Berth for each suite; with credentials, where it wants some",
  )
  .option(
    "--redirected",
    "with --url, of Berth in an account or `npm run gateway`: S3 gives the bytes of blobs, without their digest; and sparse manifests stay out",
  )
  .addOption(
    new Option(
      "--suite <name>",
      "main-1.1 is the main suite by the released specification, -auth wants credentials",
    )
      .choices(["all", ...RUN_NAMES])
      .default("all"),
  )
  .addOption(
    new Option(
      "--release-suite <file>",
      "the compiled tests of the suite of v1.1.1; without it, Go builds them",
    ).env("BERTH_RELEASE_SUITE"),
  )
  .option("--where-served", "don't fail where the Go module proxy refuses the suite of v1.1.1: only say so")
  .option("--out <file>", "also write the counts there, as JSON")
  .parse();

process.exitCode = await main(command.opts<Options>()).catch((cause: unknown) => {
  console.error(cause instanceof Error ? cause.message : cause);
  return 1;
});

async function main(options: Options): Promise<number> {
  if (options.redirected === true && options.url === undefined) {
    throw new Error("--redirected is of a registry that runs already: name it with --url");
  }
  const directory = await mkdtemp(join(tmpdir(), "berth-conformance-"));
  const results = await runSuites(directory, options);
  console.log(describeResults(results));
  if (options.out !== undefined) {
    await writeFile(options.out, summarize(options.url ?? "berth (embedded)", results));
  }
  const isForgiven = (result: SuiteResult) => options.whereServed === true && isRefused(result);
  if (!results.every((result) => isClean(result) || isForgiven(result))) {
    console.log(`\nreports and logs: ${directory}`);
    return 1;
  }
  await rm(directory, { recursive: true, force: true });
  return 0;
}

async function runSuites(directory: string, options: Options): Promise<SuiteResult[]> {
  const { suite, url } = options;
  const results: SuiteResult[] = [];
  for (const name of suite === "all" ? RUN_NAMES : [suite]) {
    // A registry that runs already is as it is.
    if (url !== undefined && suite === "all" && RUNS[name].auth) continue;
    const path = join(directory, name);
    await mkdir(path);
    const run = async (registry: URL) => ({ ...(await runOne(name, registry, path, options)), suite: name });
    results.push(await (url === undefined ? withBerth(underTest(name, path), run) : run(new URL(url))));
  }
  return results;
}

function runOne(name: RunName, registry: URL, path: string, options: Options): Promise<SuiteResult> {
  const { suite } = RUNS[name];
  if (suite === "release") return runReleaseSuite(registry, path, options.releaseSuite);
  const profile = PROFILES[suite];
  return runMainSuite(suite, registry, path, options.redirected === true ? redirected(profile) : profile);
}

/** Sparse manifests are off by default; one profile wants them. */
function underTest(name: RunName, directory: string): UnderTest {
  const { suite, auth } = RUNS[name];
  return { directory, auth, sparseManifests: suite !== "release" && PROFILES[suite].sparse };
}
