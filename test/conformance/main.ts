import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { runMainSuite } from "./main-suite.ts";
import { type RegistryUnderTest, startBerth } from "./registry-under-test.ts";
import { runReleaseSuite } from "./release-suite.ts";
import { describeResults, isClean, type SuiteResult, summarize } from "./results.ts";

interface Options {
  readonly url?: string;
  readonly suite: "both" | "main" | "release";
  readonly releaseSuite?: string;
  readonly out?: string;
}

const command = new Command("npm run conformance --")
  .description("Runs the official OCI conformance suites; exits with 1 on any failure and on any skip.")
  .option("--url <url>", "a registry that runs already, instead of a fresh Berth")
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
  const registry = await registryUnderTest(options, directory);
  let results: SuiteResult[];
  try {
    results = await runSuites(registry.url, directory, options);
  } finally {
    await registry.stop();
  }
  console.log(describeResults(results));
  const name = options.url === undefined ? "berth (embedded)" : registry.url.host;
  if (options.out !== undefined) await writeFile(options.out, summarize(name, results));
  if (!results.every(isClean)) {
    console.log(`\nreports and logs: ${directory}`);
    return 1;
  }
  await rm(directory, { recursive: true, force: true });
  return 0;
}

function registryUnderTest({ url }: Options, directory: string): Promise<RegistryUnderTest> {
  if (url === undefined) return startBerth(directory);
  return Promise.resolve({ url: new URL(url), stop: () => Promise.resolve() });
}

async function runSuites(registry: URL, directory: string, options: Options): Promise<SuiteResult[]> {
  const results: SuiteResult[] = [];
  if (options.suite !== "release") {
    results.push(await runMainSuite(registry, await folder(directory, "main")));
  }
  if (options.suite !== "main") {
    results.push(await runReleaseSuite(registry, await folder(directory, "release"), options.releaseSuite));
  }
  return results;
}

async function folder(parent: string, name: string): Promise<string> {
  const path = join(parent, name);
  await mkdir(path);
  return path;
}
