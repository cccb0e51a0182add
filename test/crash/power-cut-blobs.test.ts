import { describe, expect, it, vi } from "vitest";
import { bodyOf, patterned } from "../support/bodies.ts";
import { createPowerCutDisk, type PowerCutDisk, type Trouble } from "../support/power-cut-fs.ts";
import { cutsOf, inspect, type Promises, promisesOf } from "./blobs-inspection.ts";
import { type Found, openOn, type Run, runScenario } from "./blobs-scenario.ts";

const AFTERWARDS = "tails/2026-11-26/after";

/** A second process, after the first was killed. */
interface Restarted {
  readonly disk: PowerCutDisk;
  readonly meanwhile: Promises;
  /** when everything that it did was acknowledged */
  readonly atEnd: Promises;
}

/** What the first cut shows that breaks a promise. */
async function firstComplaint(run: Run, ways: number): Promise<string | undefined> {
  for (const [at, state] of run.disk.states.entries()) {
    for (const cut of cutsOf(state, ways)) {
      const complaint = await inspect(cut, promisesOf(run, at));
      if (complaint !== undefined) return `state ${at}: ${complaint}`;
    }
  }
  return undefined;
}

/** Each test looks at thousands of cuts. */
vi.setConfig({ testTimeout: 120_000 });

describe("invariant 2: what was acknowledged is durable, and nothing else is visible", () => {
  it("keeps every promise wherever the power is cut", async () => {
    expect(await firstComplaint(await runScenario(), 8)).toBeUndefined();
    expect(await firstComplaint(await runScenario({ joins: true }), 1)).toBeUndefined();
  });

  it("keeps every promise where the process is killed and the power stays on", async () => {
    const run = await runScenario({ joins: true });
    for (const [at, state] of run.disk.states.entries()) {
      const complaint = await inspect(state, promisesOf(run, at));
      expect(complaint, `state ${at}`).toBeUndefined();
    }
  });

  it("notices every fsync that is left out", async () => {
    const unnoticed: string[] = [];
    const undisturbed = await runScenario();
    for (const [index, path] of undisturbed.disk.syncs.entries()) {
      const run = await runScenario({ trouble: { skips: ({ count }) => count === index + 1 } });
      if ((await firstComplaint(run, 1)) === undefined) unnoticed.push(`sync ${index + 1}, of ${path}`);
    }
    expect(unnoticed).toEqual([]);
  });

  it("keeps every promise where an fsync fails, and the caller asks again", async () => {
    const undisturbed = await runScenario();
    for (const index of undisturbed.disk.syncs.keys()) {
      const run = await runScenario({ trouble: { fails: ({ count }) => count === index + 1 } });
      expect(await firstComplaint(run, 0), `sync ${index + 1} fails`).toBeUndefined();
    }
  });
});

describe("a process that was killed, and then the power is cut", () => {
  /** Temporary files have names that nobody chose. */
  const siteOf = (path: string) => path.replace(/(?<=temporary\/).+/, "<file>");

  /** Starts anew on what the killed process left, does again what was under way, and goes on. */
  async function restart(run: Run, at: number, trouble: Trouble): Promise<Restarted> {
    const disk = createPowerCutDisk(run.disk.states[at], trouble);
    const blobs = await openOn(disk.fs, "b");
    const underWay = run.steps.find(({ began, ended }) => began <= at && at < ended);
    await underWay?.again(blobs);
    const bytes = patterned(100, "after the restart");
    await blobs.put(AFTERWARDS, bodyOf(bytes));
    const before = promisesOf(run, at);
    const promises = { ...before, objects: [...before.objects, AFTERWARDS] };
    const done = new Map<string, Found>([...(underWay?.outcomes ?? []), [AFTERWARDS, bytes]]);
    const doneTo = (name: string): readonly Found[] => [done.get(name) ?? []].flat();
    return {
      disk,
      meanwhile: { ...promises, allowed: (name) => [...before.allowed(name), ...doneTo(name)] },
      atEnd: { ...promises, allowed: (name) => (done.has(name) ? doneTo(name) : before.allowed(name)) },
    };
  }

  /** Cuts the power at every moment of the new process, or only at its end. */
  async function complaintAfter(restarted: Restarted, ways: number, onlyAtEnd = false) {
    const { states } = restarted.disk;
    for (const [moment, state] of states.entries()) {
      const finished = moment === states.length - 1;
      if (onlyAtEnd && !finished) continue;
      for (const cut of cutsOf(state, ways)) {
        const complaint = await inspect(cut, finished ? restarted.atEnd : restarted.meanwhile);
        if (complaint !== undefined) return `cut at ${moment}: ${complaint}`;
      }
    }
    return undefined;
  }

  async function isNoticed(run: Run, site: string): Promise<boolean> {
    const skipping = { skips: ({ path }: { path: string }) => siteOf(path) === site };
    for (const [ways, onlyAtEnd] of [
      [0, true],
      [3, false],
    ] as const) {
      for (const at of run.disk.states.keys()) {
        const restarted = await restart(run, at, skipping);
        if ((await complaintAfter(restarted, ways, onlyAtEnd)) !== undefined) return true;
      }
    }
    return false;
  }

  it("keeps every promise, and notices every fsync that the new process leaves out", async () => {
    const run = await runScenario();
    const sites = new Set<string>();
    for (const at of run.disk.states.keys()) {
      const restarted = await restart(run, at, {});
      restarted.disk.syncs.forEach((path) => sites.add(siteOf(path)));
      expect(await complaintAfter(restarted, 1), `killed at ${at}`).toBeUndefined();
    }
    const unnoticed: string[] = [];
    for (const site of sites) if (!(await isNoticed(run, site))) unnoticed.push(site);
    expect(unnoticed).toEqual([]);
  });
});
