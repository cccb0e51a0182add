import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
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

/** A folder for what clients write, and one synthesis for the whole run: or the one that BERTH_TEST_ASSEMBLY names. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // podman takes no folder with capital letters
  const workshop = join(tmpdir(), `berth-gateway-${randomUUID().slice(0, 8)}`);
  await mkdir(workshop, { mode: 0o700 });
  project.provide("workshop", workshop);
  const given = process.env["BERTH_TEST_ASSEMBLY"];
  const assembly = given ?? join(workshop, "assembly");
  if (given === undefined) await synthesize(assembly, { team: TEAM });
  project.provide("assembly", assembly);
  return () => rm(workshop, { recursive: true, force: true });
}
