import { describe, expect, it } from "vitest";
import { systemClock } from "../../local/system-clock.ts";
import { PolicyError } from "../../shared/access/complaints.ts";
import { createPolicies, REMEMBERED } from "../../shared/access/policies.ts";
import { allows } from "../../shared/access/rights.ts";
import { rightsOf } from "../../shared/access/rights-of.ts";
import { parseRepoName } from "../../shared/oci/names.ts";
import type { Clock } from "../../shared/ports/clock.ts";
import { StoreUnavailableError, type Table } from "../../shared/ports/table.ts";
import { injectFaults } from "../../shared/stores/faulty-table.ts";
import { createMemoryTable } from "../../shared/stores/memory-table.ts";
import { seededRandom } from "../support/seeded-random.ts";

const letPull = (repositories: string) =>
  `version: 1\nrules: [{ who: anonymous, may: pull, on: "${repositories}" }]\n`;

/** Processes on one table, whose time the test moves, and how often they read it. */
function world(bare: Table = createMemoryTable()) {
  const time = { now: Date.UTC(2026, 0, 1), reads: 0 };
  const sleep = () => new Promise<void>((resolve) => setImmediate(resolve));
  const clock: Clock = { ...systemClock, now: () => time.now, sleep };
  const table: Table = {
    ...bare,
    get: async (...call) => {
      time.reads += 1;
      return bare.get(...call);
    },
  };
  const start = (file?: string) => createPolicies({ table, clock, ...(file !== undefined && { file }) });
  return { time, start };
}

describe("the policy in force", () => {
  it("of a registry that was given none lets the first administrator do everything, and nobody else anything", async () => {
    const { policy, source } = await world().start().inForce();
    expect(source).toEqual({ kind: "built-in" });
    const admin = rightsOf(policy, { kind: "person", name: "admin" });
    expect(allows(admin, { administration: true })).toBe(true);
    expect(allows(admin, { action: "delete", repo: parseRepoName("a/b") })).toBe(true);
    for (const kind of ["person", "robot"] as const) {
      expect(rightsOf(policy, { kind, name: kind === "robot" ? "admin" : "ada" }).grants).toEqual([]);
    }
    expect(rightsOf(policy, { kind: "anonymous" }).grants).toEqual([]);
  });

  it("is the file's until one is set, which stays through a restart until a reset", async () => {
    const { time, start } = world();
    const file = letPull("public/**");
    const policies = start(file);
    expect(await policies.inForce()).toMatchObject({ text: file, source: { kind: "file" } });
    const text = letPull("shop/**");
    const set = { text, source: { kind: "set", since: time.now, actor: "user:ada" } };
    expect(await policies.set(text, "user:ada")).toMatchObject(set);
    expect(await policies.inForce()).toMatchObject(set);
    expect(await start(file).inForce()).toMatchObject(set);
    expect(await policies.reset()).toMatchObject({ text: file, source: { kind: "file" } });
    expect(await policies.inForce()).toMatchObject({ source: { kind: "file" } });
    expect(await policies.reset()).toMatchObject({ source: { kind: "file" } });
  });

  it("changes in other processes as soon as they have remembered it long enough", async () => {
    const { time, start } = world();
    const [one, other] = [start(), start()];
    await other.inForce();
    await one.set(letPull("a"), "user:ada");
    time.now += REMEMBERED - 1;
    expect((await other.inForce()).source.kind).toBe("built-in");
    time.now += 1;
    expect((await other.inForce()).source.kind).toBe("set");
  });

  it("is read once for many requests", async () => {
    const { time, start } = world();
    const policies = start();
    await Promise.all(Array.from({ length: 100 }, policies.inForce));
    expect(time.reads).toBe(1);
  });

  it("does not change by a text that is no policy", async () => {
    const policies = world().start();
    await policies.set(letPull("a"), "user:ada");
    await expect(policies.set(letPull("A"), "user:eve")).rejects.toThrow(PolicyError);
    expect(await policies.inForce()).toMatchObject({ text: letPull("a"), source: { actor: "user:ada" } });
    expect(() => world().start("rules: []")).toThrow(PolicyError);
  });

  it("is asked for again after the table could not be read", async () => {
    const bare = createMemoryTable();
    let isBroken = true;
    const get: Table["get"] = async (...call) => {
      if (isBroken) throw new StoreUnavailableError("away");
      return bare.get(...call);
    };
    const policies = world({ ...bare, get }).start();
    await expect(policies.inForce()).rejects.toThrow(StoreUnavailableError);
    isBroken = false;
    expect((await policies.inForce()).source.kind).toBe("built-in");
  });

  it.each(Array.from({ length: 20 }, (_, at) => at + 1))(
    "is what was acknowledged, on a table that loses races and answers (seed %i)",
    async (seed) => {
      const bare = createMemoryTable();
      const rates = {
        conflict: 0.1,
        throttled: 0.05,
        "unknown-written": 0.1,
        "unknown-unwritten": 0.1,
        unprocessed: 0,
        "short-page": 0,
      };
      const policies = world(injectFaults(bare, { random: seededRandom(seed), rates })).start();
      const sure = () => world(bare).start().inForce();
      for (const round of [1, 2, 3]) {
        const text = letPull(`shop/${round}`);
        expect((await policies.set(text, "user:ada")).text).toBe(text);
        expect((await sure()).text).toBe(text);
        await policies.reset();
        expect((await sure()).source.kind).toBe("built-in");
      }
    },
  );
});
