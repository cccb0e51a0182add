import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BerthProcess, spawnBerth } from "../support/berth-process.ts";

export interface UnderTest {
  /** has `berth.log` and the data */
  readonly directory: string;
  readonly sparseManifests: boolean;
  /** whether callers are asked who they are; the URL then holds the credentials of the first administrator */
  readonly auth: boolean;
}

/**
 * Lets `work` have a Berth of its own: started as a user would, with fresh data. Rejects where the process ended badly,
 * whatever `work` found.
 */
export async function withBerth<Result>(
  { directory, sparseManifests, auth }: UnderTest,
  work: (registry: URL) => Promise<Result>,
): Promise<Result> {
  const args = [...(sparseManifests ? ["--sparse-manifests"] : []), ...(auth ? ["--auth"] : [])];
  const berth = await spawnBerth({ data: join(directory, "data"), args });
  const url = auth ? asAdministrator(berth) : Promise.resolve(new URL(berth.url));
  const [outcome] = await Promise.allSettled([url.then(work)]);
  const { code, stdout, stderr } = await berth.kill("SIGTERM");
  await writeFile(join(directory, "berth.log"), stdout + stderr);
  if (code !== 0) throw new Error(`Berth ended with ${code}: see ${join(directory, "berth.log")}`);
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}

async function asAdministrator(berth: BerthProcess): Promise<URL> {
  const url = new URL(berth.url);
  url.username = "admin";
  url.password = await berth.said(/secret\s+(berth_\S+)/);
  return url;
}
