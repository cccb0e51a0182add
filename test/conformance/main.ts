import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { PROFILES, redirected } from "./main-profiles.ts";
import { runMainSuite } from "./main-suite.ts";
import { withBerth } from "./registry-under-test.ts";
import { runReleaseSuite } from "./release-suite.ts";
import { describeResults, isClean, isRefused, type SuiteResult, summarize } from "./results.ts";

interface Options {
  readonly url?: string;
  readonly redirected?: boolean;
  readonly suite: "both" | SuiteName;
  readonly releaseSuite?: string;
  readonly whereServed?: boolean;
  readonly out?: string;
}
const SUITES = ["main", "main-1.1", "release"] as const;
type SuiteName = (typeof SUITES)[number];

const command = new Command("npm run conformance --")
  .description("Runs the official OCI conformance suites; exits with 1 on any failure and on any skip.")
  .option("--url <url>", "a registry that runs already, instead of a fresh Berth for each suite")
  .option(
    "--redirected",
    "with --url, of Berth in an account or `npm run gateway`: S3 gives the bytes of blobs, without their digest; and sparse manifests stay out",
  )
  .addOption(
    new Option("--suite <name>", "main-1.1 is the main suite by the released specification")
      .choices(["both", ...SUITES])
      .default("both"),
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
  const { suite, url, releaseSuite } = options;
  const results: SuiteResult[] = [];
  for (const name of suite === "both" ? SUITES : [suite]) {
    const path = join(directory, name);
    await mkdir(path);
    const run = (registry: URL): Promise<SuiteResult> =>
      name === "release"
        ? runReleaseSuite(registry, path, releaseSuite)
        : runMainSuite(
            name,
            registry,
            path,
            options.redirected === true ? redirected(PROFILES[name]) : PROFILES[name],
          );
    results.push(await (url === undefined ? withBerth(path, settingsFor(name), run) : run(new URL(url))));
  }
  return results;
}

/** Sparse manifests are off by default; one profile wants them. */
function settingsFor(suite: SuiteName): readonly string[] {
  return suite !== "release" && PROFILES[suite].sparse ? ["--sparse-manifests"] : [];
}
