import { describe, expect, it } from "vitest";
import { bodyOf, patterned } from "../support/bodies.ts";
import { createPowerCutDisk, type PowerCutDisk, type Trouble } from "../support/power-cut-fs.ts";
import { cutsOf, inspect } from "./blobs-inspection.ts";
import { type Found, openOn, type Run, runScenario } from "./blobs-scenario.ts";

const AFTERWARDS = "tails/2026-11-26/after";

/** A second process, after the first was killed. */
interface Restarted {
  readonly disk: PowerCutDisk;
  /** what it promised */
  readonly done: ReadonlyMap<string, Found>;
}

/** What the first cut shows that breaks a promise. */
async function firstComplaint(run: Run, ways: number): Promise<string | undefined> {
  for (const [at, state] of run.disk.states.entries()) {
    for (const cut of cutsOf(state, ways)) {
      const complaint = await inspect(cut, run, (name) => run.ledger.allowed(name, at));
      if (complaint !== undefined) return `state ${at}: ${complaint}`;
    }
  }
  return undefined;
}

describe("design § Invariants: what was acknowledged is durable, and nothing else is visible", () => {
  it("keeps every promise wherever the power is cut", async () => {
    expect(await firstComplaint(await runScenario(), 8)).toBeUndefined();
    expect(await firstComplaint(await runScenario({ joins: true }), 1)).toBeUndefined();
  });

  it("keeps every promise where the process is killed and the power stays on", async () => {
    const run = await runScenario({ joins: true });
    for (const [at, state] of run.disk.states.entries()) {
      const complaint = await inspect(state, run, (name) => run.ledger.allowed(name, at));
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
    return { disk, done: new Map([...(underWay?.outcomes ?? []), [AFTERWARDS, bytes]]) };
  }

  async function complaintAfter(
    run: Run,
    at: number,
    { disk, done }: Restarted,
  ): Promise<string | undefined> {
    for (const [moment, state] of disk.states.entries()) {
      const finished = moment === disk.states.length - 1;
      const allowed = (name: string): readonly Found[] => {
        const again = done.get(name);
        const before = run.ledger.allowed(name, at);
        if (again === undefined) return before;
        return finished ? [again] : [...before, again];
      };
      for (const cut of cutsOf(state, 3)) {
        const complaint = await inspect(cut, run, allowed);
        if (complaint !== undefined) return `killed at ${at}, cut at ${moment}: ${complaint}`;
      }
    }
    return undefined;
  }

  it("keeps every promise, and notices every fsync that the new process leaves out", async () => {
    const run = await runScenario();
    const sites = new Set<string>();
    for (const at of run.disk.states.keys()) {
      const restarted = await restart(run, at, {});
      restarted.disk.syncs.forEach((path) => sites.add(siteOf(path)));
      expect(await complaintAfter(run, at, restarted)).toBeUndefined();
    }
    const unnoticed = new Set(sites);
    for (const site of sites) {
      for (const at of run.disk.states.keys()) {
        const restarted = await restart(run, at, { skips: ({ path }) => siteOf(path) === site });
        if ((await complaintAfter(run, at, restarted)) === undefined) continue;
        unnoticed.delete(site);
        break;
      }
    }
    expect([...unnoticed]).toEqual([]);
  });
});
