import { cpus, release, totalmem } from "node:os";
import { findProgram, run } from "./commands.ts";
import { inWords } from "./sizes.ts";

/** What a reader must know to compare figures of two runs. */
export interface Circumstances {
  readonly revision: string;
  /** UTC, as ISO 8601 */
  readonly date: string;
  readonly machine: string;
  readonly generators: string;
}

export async function circumstances(): Promise<Circumstances> {
  return {
    revision: await revision(),
    date: new Date().toISOString(),
    machine: machine(),
    generators: await generators(),
  };
}

export async function revision(): Promise<string> {
  const changed = (await run(["git", "status", "--porcelain", "--", ".", ":!bench/results"])).trim() !== "";
  const hash = (await run(["git", "rev-parse", "HEAD"])).trim();
  return changed ? `${hash} and uncommitted changes` : hash;
}

export function machine(): string {
  const processors = cpus();
  return [
    `${processors.length} x ${processors[0]?.model.trim() ?? "unknown processor"}`,
    `${inWords(totalmem())} of memory`,
    `Linux ${release()}`,
    `Node ${process.version}`,
  ].join(", ");
}

async function generators(): Promise<string> {
  const versions = await Promise.all([
    // wrk tells its version with a failing exit code.
    run(["sh", "-c", `${findProgram("wrk") ?? "wrk"} -v 2>&1 || true`]),
    run([findProgram("ab") ?? "ab", "-V"]),
    run([findProgram("curl") ?? "curl", "--version"]),
  ]);
  const patterns = [/wrk \S+/, /Version \S+/, /curl \S+/];
  return versions
    .map((text, index) => patterns[index]?.exec(text)?.[0] ?? "?")
    .join(", ")
    .replace("Version", "ab");
}
