import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { spawnBerth } from "../../support/berth-process.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** host:port of the registry under test */
    registry: string;
    /** a folder for everything that a run writes */
    workshop: string;
  }
}

interface Registry {
  readonly host: string;
  readonly stop: () => Promise<void>;
}

/**
 * One registry for the whole run: Berth with a fresh data folder, or the one that BERTH_TEST_URL names (plain HTTP on
 * loopback, which every client takes for insecure by itself).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Short: podman refuses a folder for its runtime state whose path is longer than 50 characters.
  const workshop = join(tmpdir(), `berth-${randomUUID().slice(0, 8)}`);
  await mkdir(workshop, { mode: 0o700 });
  const url = process.env["BERTH_TEST_URL"];
  const registry = url === undefined ? await startBerth(join(workshop, "data")) : running(url);
  project.provide("workshop", workshop);
  project.provide("registry", registry.host);
  return async () => {
    await registry.stop();
    await rm(workshop, { recursive: true, force: true });
  };
}

const running = (url: string): Registry => ({ host: new URL(url).host, stop: () => Promise.resolve() });

async function startBerth(data: string): Promise<Registry> {
  const berth = await spawnBerth({ data });
  const stop = async (): Promise<void> => {
    const { code, stderr } = await berth.kill("SIGTERM");
    const defects = stderr.split("\n").filter((line) => /"level":[56]0/.test(line));
    if (code !== 0 || defects.length > 0) {
      throw new Error(
        `berth ended with ${code} and logged ${defects.length} defects:\n${defects.join("\n")}`,
      );
    }
  };
  return { host: new URL(berth.url).host, stop };
}
