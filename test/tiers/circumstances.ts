import { execFile } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The commit that is checked out below `root`, and whether these paths differ from it. */
export async function describeRevision(root: string, paths: readonly string[]): Promise<string> {
  const git = async (...parameters: string[]) => (await run("git", parameters, { cwd: root })).stdout.trim();
  const revision = (await git("rev-parse", "HEAD")).slice(0, 12);
  const changes = await git("status", "--porcelain", "--", ...paths);
  return changes === "" ? revision : `${revision} and uncommitted changes`;
}

export function describeMachine(): string {
  const processors = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB of memory`;
  const model = `${processors.length} x ${processors[0]?.model.trim() ?? "unknown processor"}`;
  return [model, memory, `Linux ${release()}`, `Node ${process.version}`].join(", ");
}
