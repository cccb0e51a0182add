import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { synthesize } from "../synthesize.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** folder of the cloud assembly with the stack under test */
    assembly: string;
  }
}

const TEAM = "main";

/** One synthesis for the whole run, or the one that BERTH_TEST_ASSEMBLY names. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env["BERTH_TEST_ASSEMBLY"];
  if (given !== undefined) {
    project.provide("assembly", given);
    return () => Promise.resolve();
  }
  const folder = await mkdtemp(join(tmpdir(), "berth-assembly-"));
  await synthesize(folder, TEAM);
  project.provide("assembly", folder);
  return () => rm(folder, { recursive: true, force: true });
}
