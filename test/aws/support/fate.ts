import type { Fate, WireFault } from "./sdk-faults.ts";

/** How often each fault strikes, from 0 to 1. */
export type Rates = Readonly<Partial<Record<WireFault, number>>>;

/** Faults by chance, counted. */
export interface CountedFate {
  readonly fate: Fate;
  /** how often each has struck so far */
  readonly struck: ReadonlyMap<WireFault, number>;
}

const isWrite = (command: string): boolean =>
  /^(?:(?:Put|Update|Delete)Item|TransactWriteItems)/.test(command);
/** What DynamoDB knows of one kind of command only, and S3 of none. */
const NEEDS: Readonly<Partial<Record<WireFault, (command: string) => boolean>>> = {
  conflict: isWrite,
  "in-progress": (command) => command === "TransactWriteItemsCommand",
};
/** The SDK sends three times. What it then gives up the domain hands on, but for writes of the table: those it tries anew. */
const LAST_ATTEMPT = 3;

/** `random`: 0 <= x < 1. What nobody would try again once the SDK gives up is spared at the last attempt. */
export function fateByChance(random: () => number, rates: Rates): CountedFate {
  const struck = new Map<WireFault, number>();
  const faults = Object.entries(rates) as readonly (readonly [WireFault, number])[];
  const fate: Fate = (command, attempt) => {
    if (attempt === LAST_ATTEMPT && !isWrite(command)) return undefined;
    for (const [fault, rate] of faults) {
      if (NEEDS[fault]?.(command) === false || random() >= rate) continue;
      struck.set(fault, (struck.get(fault) ?? 0) + 1);
      return fault;
    }
    return undefined;
  };
  return { fate, struck };
}
