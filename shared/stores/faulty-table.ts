import {
  type Check,
  type Key,
  type Refusal,
  StoreUnavailableError,
  type Table,
  type Write,
} from "../ports/table.ts";
import { createPastVersions } from "./stale-reads.ts";
import { checkKey, checkKeys, checkOperation, checkOperations, checkQuery } from "./table-limits.ts";
import { endingAt } from "./table-pages.ts";

/** What a store may do at any time without breaking the port. */
export type Fault =
  | "conflict"
  | "throttled"
  /** the answer is `unknown`, and the write has happened */
  | "unknown-written"
  /** the answer is `unknown`, and the write has not happened */
  | "unknown-unwritten"
  /** a read throws a StoreUnavailableError */
  | "unavailable"
  /** a batch comes back in part */
  | "unprocessed"
  /** a page ends early */
  | "short-page"
  /** an eventually consistent read shows what was before the last write */
  | "stale";

export interface Faults {
  /** 0 <= x < 1, from a seed, so that a run can be repeated */
  readonly random: () => number;
  /** How often each fault strikes, from 0 to 1; one that is not named never does. */
  readonly rates: Readonly<Partial<Record<Fault, number>>>;
}

/** Wraps a table so that it fails as stores do: with these refusals and no others, and never with a wrong answer. */
export function injectFaults(table: Table, { random, rates }: Faults): Table {
  const strikes = (fault: Fault): boolean => {
    const rate = rates[fault] ?? 0;
    return rate > 0 && random() < rate;
  };
  const past = createPastVersions(table, random);
  const attempt = createAttempt(strikes);
  const watched = async <Result>(operations: readonly (Write | Check)[], send: () => Promise<Result>) => {
    if (rates.stale === undefined) return send();
    const settle = await past.watch(operations.filter(({ op }) => op !== "check").map(({ key }) => key));
    const result = await send();
    settle();
    return result;
  };
  return {
    get: async (key, consistency) => {
      checkKey(key);
      requireService(strikes);
      return consistency === "eventual" && strikes("stale") ? past.get(key) : table.get(key, consistency);
    },
    getMany: async (keys) => {
      checkKeys(keys);
      requireService(strikes);
      const left = strikes("unprocessed") ? someOf(keys, random) : new Set<Key>();
      const { items, unprocessed } = await table.getMany(keys.filter((key) => !left.has(key)));
      return { items, unprocessed: [...unprocessed, ...left] };
    },
    query: async (query) => {
      checkQuery(query);
      requireService(strikes);
      const isStale = query.consistency === "eventual" && strikes("stale");
      const page = await (isStale ? past.query(query) : table.query(query));
      if (page.items.length < 2 || !strikes("short-page")) return page;
      return endingAt(page.items.slice(0, 1 + Math.floor(random() * (page.items.length - 1))));
    },
    write: async (write) => {
      checkOperation(write);
      return attempt(() => watched([write], () => table.write(write)));
    },
    transact: async (operations) => {
      checkOperations(operations);
      return attempt(() => watched(operations, () => table.transact(operations)));
    },
  };
}

type Strikes = (fault: Fault) => boolean;

function requireService(strikes: Strikes): void {
  if (strikes("unavailable")) throw new StoreUnavailableError("injected: the store can't be read now");
}

const LOST: Refusal = { outcome: "unknown", cause: new Error("injected: the answer was lost") };

function createAttempt(strikes: Strikes) {
  return async <Result>(send: () => Promise<Result>): Promise<Result | Refusal> => {
    if (strikes("conflict")) return { outcome: "conflict" };
    if (strikes("throttled")) return { outcome: "throttled" };
    if (strikes("unknown-unwritten")) return LOST;
    const result = await send();
    return strikes("unknown-written") ? LOST : result;
  };
}

/** Some of several keys, but never all: a store that serves none of them throws. */
function someOf(keys: readonly Key[], random: () => number): ReadonlySet<Key> {
  const served = Math.floor(random() * keys.length);
  return new Set(keys.filter((_, at) => at !== served && random() < 0.5));
}
