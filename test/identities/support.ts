import { systemClock } from "../../local/system-clock.ts";
import { parseGlob } from "../../shared/access/glob.ts";
import type { Grant } from "../../shared/access/rights.ts";
import type { Account } from "../../shared/identities/account.ts";
import { createIdentities } from "../../shared/identities/identities.ts";
import { OciError } from "../../shared/oci/errors.ts";
import type { Clock } from "../../shared/ports/clock.ts";
import type { Table } from "../../shared/ports/table.ts";
import type { AccountName } from "../../shared/registry/keyspace.ts";

export const name = (text: string) => text as AccountName;
export const person = (text: string): Account => ({ kind: "person", name: name(text) });
export const robot = (text: string): Account => ({ kind: "robot", name: name(text) });
export const actor = "user:root";

export const MINUTE = 60_000;
export const GUESS = "correct horse battery staple";

/** Identities whose time the test moves, and whose passwords cost nothing. */
export function createTimed(table: Table) {
  const time = { now: Date.UTC(2026, 0, 1) };
  const sleep = () => new Promise<void>((resolve) => setImmediate(resolve));
  const clock: Clock = { ...systemClock, now: () => time.now, sleep };
  const identities = createIdentities({ table, clock, passwordCost: { logN: 4, r: 8, p: 1 } });
  return { identities, clock, time };
}

/** The reason of the refusal, or what was answered. */
export const outcome = <Answer>(work: Promise<Answer>): Promise<Answer | string> =>
  work.catch((error: unknown) => {
    if (error instanceof OciError) return error.reason;
    throw error;
  });

export const pullOf = (repositories: string): Grant => ({
  repositories: parseGlob(repositories),
  actions: ["pull"],
});
