import { describe, expect, it } from "vitest";
import { ensureFirstAdmin } from "../../shared/identities/first-admin.ts";
import type { Identities } from "../../shared/identities/identities.ts";
import { StoreUnavailableError } from "../../shared/ports/table.ts";
import { injectFaults } from "../../shared/stores/faulty-table.ts";
import { createMemoryTable } from "../../shared/stores/memory-table.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { actor, createTimed, outcome, person, robot } from "./support.ts";

const RATES = {
  conflict: 0.1,
  throttled: 0.05,
  "unknown-written": 0.1,
  "unknown-unwritten": 0.1,
  unprocessed: 0.2,
  "short-page": 0.3,
} as const;

const SEEDS = Array.from({ length: 40 }, (_, at) => at + 1);
const NAMES = ["a", "b", "c", "d"];

/** What was answered, in one of two: nothing was promised where the store kept refusing. */
async function acknowledged<Answer>(work: Promise<Answer>): Promise<readonly Answer[]> {
  try {
    return [await work];
  } catch (error) {
    if (error instanceof StoreUnavailableError) return [];
    throw error;
  }
}

/** The life of one access key; answers what is otherwise than it was acknowledged, in words. */
async function live(each: string, identities: Identities, sure: Identities): Promise<readonly string[]> {
  const wrong: string[] = [];
  const lets = async (secret: string) => (await sure.authenticate({ name: each, secret })) !== "unknown";
  const claim = (holds: boolean, what: string) => holds || wrong.push(what);
  const added = await acknowledged(identities.addAccount({ ...robot(each), actor }));
  if (added.length === 0) return wrong;
  for (const made of await acknowledged(
    identities.addAccessKey({ owner: robot(each), name: "one", actor }),
  )) {
    const { id } = made.accessKey;
    claim(await lets(made.secret), "an access key that was added lets nobody in");
    for (const turned of await acknowledged(identities.rotateAccessKey({ id, overlap: 0 }))) {
      claim(!(await lets(made.secret)), "the old secret lets somebody in");
      claim(await lets(turned.secret), "the new secret lets nobody in");
    }
    for (const _ of await acknowledged(identities.revokeAccessKey(id))) {
      claim((await outcome(sure.getAccessKey(id))) === "ACCESS_KEY_UNKNOWN", "a revoked one is there");
    }
  }
  return wrong;
}

describe("on a table that loses races and answers", () => {
  it.each(SEEDS)("what was acknowledged is so (seed %i)", async (seed) => {
    const bare = createMemoryTable();
    const table = injectFaults(bare, { random: seededRandom(seed), rates: RATES });
    const { identities, clock } = createTimed(table);
    const sure = createTimed(bare).identities;
    const admin = await ensureFirstAdmin({ table, clock });
    const secret = typeof admin === "object" ? admin.secret : "";
    expect(await sure.authenticate({ name: "admin", secret })).toMatchObject({ name: "admin" });
    expect((await Promise.all(NAMES.map((each) => live(each, identities, sure)))).flat()).toEqual([]);
    const deleted = await acknowledged(identities.deleteAccount(person("admin")));
    const left = (await sure.authenticate({ name: "admin", secret })) !== "unknown";
    expect(left).toBe(deleted.length === 0);
  });
});
