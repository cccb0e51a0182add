import type { Clock } from "../ports/clock.ts";
import { OutsideTrouble } from "./bounded-fetch.ts";
import type { IssuerKeys } from "./oidc-token.ts";

/** milliseconds in which keys are taken from memory without a question: as long, one that was withdrawn is still believed */
const FRESH = 10 * 60 * 1000;
/** milliseconds in which they still serve where the issuer can't be asked */
const KEPT = 24 * 60 * 60 * 1000;
/** milliseconds between two questions to one issuer: neither a dead one nor tokens of made-up keys bring more */
const PAUSE = 30 * 1000;
/** issuers whose keys are kept; a policy names a few */
const MOST_ISSUERS = 100;

/** The keys of issuers, from memory or from the issuer; throw an OutsideTrouble where there are none to be had. */
export interface KeyMemory {
  readonly keysOf: (issuer: string) => Promise<IssuerKeys>;
  /** for a token of a key that is not among them: newer ones, where it is time to ask again */
  readonly newerKeysOf: (issuer: string) => Promise<IssuerKeys>;
}

interface Known {
  readonly keys: IssuerKeys;
  /** milliseconds since 1970 */
  readonly since: number;
}

/** What is known of one issuer. */
interface Entry {
  known?: Known;
  /** the latest; told where nothing is known */
  trouble?: OutsideTrouble;
  /** milliseconds since 1970 */
  askedAt: number;
  /** the question under way, which all logins share that wait for it */
  asking?: Promise<void>;
}

export function createKeyMemory(
  clock: Pick<Clock, "now">,
  discover: (issuer: string) => Promise<IssuerKeys>,
): KeyMemory {
  const entries = new Map<string, Entry>();

  const ask = async (issuer: string, entry: Entry): Promise<void> => {
    entry.askedAt = clock.now();
    try {
      entry.known = { keys: await discover(issuer), since: clock.now() };
    } catch (error) {
      if (!(error instanceof OutsideTrouble)) throw error;
      entry.trouble = error;
    } finally {
      delete entry.asking;
    }
  };

  const keysNotBefore = async (issuer: string, oldest: number): Promise<IssuerKeys> => {
    const entry = entryOf(entries, issuer);
    if (!entry.known || entry.known.since < oldest) {
      if (clock.now() - entry.askedAt >= PAUSE) entry.asking = ask(issuer, entry);
      await entry.asking;
    }
    if (entry.known && clock.now() - entry.known.since < KEPT) return entry.known.keys;
    throw entry.trouble ?? new OutsideTrouble("it was asked a moment ago");
  };

  return {
    keysOf: (issuer) => keysNotBefore(issuer, clock.now() - FRESH),
    newerKeysOf: (issuer) => keysNotBefore(issuer, clock.now()),
  };
}

function entryOf(entries: Map<string, Entry>, issuer: string): Entry {
  const entry = entries.get(issuer) ?? { askedAt: Number.NEGATIVE_INFINITY };
  entries.set(issuer, entry);
  const [oldest] = entries.keys();
  if (entries.size > MOST_ISSUERS && oldest !== undefined) entries.delete(oldest);
  return entry;
}
