import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { spawnBerth } from "../support/berth-process.ts";

/**
 * Lets `work` have a Berth of its own: started as a user would, with fresh data and `berth.log` below `directory`.
 * Rejects where the process ended badly, whatever `work` found.
 */
export async function withBerth<Result>(
  directory: string,
  args: readonly string[],
  work: (registry: URL) => Promise<Result>,
): Promise<Result> {
  const berth = await spawnBerth({ data: join(directory, "data"), args });
  const [outcome] = await Promise.allSettled([work(new URL(berth.url))]);
  const { code, stdout, stderr } = await berth.kill("SIGTERM");
  await writeFile(join(directory, "berth.log"), stdout + stderr);
  if (code !== 0) throw new Error(`Berth ended with ${code}: see ${join(directory, "berth.log")}`);
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}
