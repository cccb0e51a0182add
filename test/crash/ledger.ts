/** What a name (an object, an upload, a part) was to become, and when: counted in states of the disk. */
interface Entry<Value> {
  readonly value: Value;
  readonly began: number;
  readonly acknowledged: number;
}

/** Remembers what was begun and what was acknowledged, and so knows what may be found at any moment. */
export interface Ledger<Value> {
  /** Notes what `work` makes of each name; some names only its result can tell. */
  readonly during: <Result>(
    work: () => Promise<Result>,
    outcomes: (result: Result) => Iterable<readonly [string, Value]>,
  ) => Promise<Result>;
  /** What a name may be in the disk's state `at`: the last that was acknowledged, or whatever was begun since. */
  readonly allowed: (name: string, at: number) => readonly Value[];
  readonly names: () => readonly string[];
}

export function createLedger<Value>(absent: Value, now: () => number): Ledger<Value> {
  const entries = new Map<string, Entry<Value>[]>();
  return {
    during: async (work, outcomes) => {
      const began = now();
      const result = await work();
      for (const [name, value] of outcomes(result)) {
        const known = entries.get(name) ?? [];
        entries.set(name, known);
        known.push({ value, began, acknowledged: now() });
      }
      return result;
    },
    allowed: (name, at) => {
      const known = (entries.get(name) ?? []).filter(({ began }) => began < at);
      const last = known.findLastIndex(({ acknowledged }) => acknowledged <= at);
      const since = known.slice(Math.max(0, last)).map(({ value }) => value);
      return last < 0 ? [absent, ...since] : since;
    },
    names: () => [...entries.keys()],
  };
}
