import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { runMainSuite } from "./main-suite.ts";
import { withBerth } from "./registry-under-test.ts";
import { runReleaseSuite } from "./release-suite.ts";
import { describeResults, isClean, type SuiteResult, summarize } from "./results.ts";

interface Options {
  readonly url?: string;
  readonly suite: "both" | "main" | "release";
  readonly releaseSuite?: string;
  readonly out?: string;
}
type Suite = (registry: URL, directory: string) => Promise<SuiteResult>;

const command = new Command("npm run conformance --")
  .description("Runs the official OCI conformance suites; exits with 1 on any failure and on any skip.")
  .option("--url <url>", "a registry that runs already, instead of a fresh Berth for each suite")
  .addOption(new Option("--suite <name>").choices(["both", "main", "release"]).default("both"))
  .addOption(
    new Option("--release-suite <file>", "the compiled test program of the suite of v1.1.1").env(
      "BERTH_RELEASE_SUITE",
    ),
  )
  .option("--out <file>", "also write the counts there, as JSON")
  .parse();

process.exitCode = await main(command.opts<Options>()).catch((cause: unknown) => {
  console.error(cause instanceof Error ? cause.message : cause);
  return 1;
});

async function main(options: Options): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "berth-conformance-"));
  const results = await runSuites(directory, options);
  console.log(describeResults(results));
  if (options.out !== undefined) {
    await writeFile(options.out, summarize(options.url ?? "berth (embedded)", results));
  }
  if (!results.every(isClean)) {
    console.log(`\nreports and logs: ${directory}`);
    return 1;
  }
  await rm(directory, { recursive: true, force: true });
  return 0;
}

/** Sparse manifests are off by default: the suite of main wants them, and the release's is run without. */
async function runSuites(directory: string, { suite, url, releaseSuite }: Options): Promise<SuiteResult[]> {
  const results: SuiteResult[] = [];
  const run = async (name: string, args: readonly string[], runSuite: Suite) => {
    const path = join(directory, name);
    await mkdir(path);
    const work = (registry: URL) => runSuite(registry, path);
    results.push(await (url === undefined ? withBerth(path, args, work) : work(new URL(url))));
  };
  if (suite !== "release") await run("main", ["--sparse-manifests"], runMainSuite);
  if (suite !== "main") {
    await run("release", [], (registry, path) => runReleaseSuite(registry, path, releaseSuite));
  }
  return results;
}
