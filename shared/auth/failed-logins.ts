import { Remembered } from "./remembered.ts";

/** so many in a row are free: people mistype */
const FREE = 5;
/** milliseconds: the first pause, which doubles with each further failure, and the longest */
const PAUSE = { first: 1000, longest: 30_000 };
/** milliseconds after the last failure */
const FORGOTTEN_AFTER = 10 * 60_000;
const MOST = 10_000;

interface Failures {
  readonly count: number;
  /** milliseconds since 1970 */
  readonly pausedUntil: number;
}

/**
 * Slows down who guesses. It counts for a name and an address together, so nobody can lock others out of a name from
 * elsewhere, and keeps no more than the latest 10,000 of them.
 */
export class FailedLogins {
  readonly #failures: Remembered<Failures>;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#failures = new Remembered({ most: MOST, now });
    this.#now = now;
  }

  /** Milliseconds to wait before the next try; 0: now. */
  pause(who: string): number {
    return Math.max(0, (this.#failures.get(who)?.pausedUntil ?? 0) - this.#now());
  }

  /** Counts a try as failed before it is made: of many at once, none is free that would not be one after the other. */
  begin(who: string): void {
    const count = (this.#failures.get(who)?.count ?? 0) + 1;
    const pause = count < FREE ? 0 : Math.min(PAUSE.longest, PAUSE.first * 2 ** (count - FREE));
    this.#failures.set(who, { count, pausedUntil: this.#now() + pause }, this.#now() + FORGOTTEN_AFTER);
  }

  /** It did not fail. */
  forget(who: string): void {
    this.#failures.delete(who);
  }
}
