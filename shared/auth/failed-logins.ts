/** so many in a row are free: people mistype */
const FREE = 5;
/** milliseconds: the first pause, which doubles with each further failure, and the longest */
const PAUSE = { first: 1000, longest: 30_000 };
/** milliseconds after the last failure */
const FORGOTTEN_AFTER = 10 * 60_000;
/**
 * What is remembered of one network, and in all. To push out what slows them down, guessers would have to fail with a
 * thousand other names from the same network first, which takes them longer than to wait.
 */
const MOST = { ofOne: 1000, inAll: 10_000 };

/** Who tries: a network, and what it tries to get into. */
export interface Guesser {
  readonly network: string;
  readonly target: string;
}

interface Failures {
  readonly count: number;
  /** milliseconds since 1970 */
  readonly pausedUntil: number;
  readonly forgottenAt: number;
}

/**
 * Slows down who guesses. It counts for a name and a network together, so nobody can lock others out of a name from
 * elsewhere. Its memory is bounded; what has to go is what the network that fills it has failed least with, so that nobody
 * loses what they have failed with most by failing more, nor what others have failed with.
 */
export class FailedLogins {
  readonly #networks = new Map<string, Network>();
  readonly #now: () => number;
  #size = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Milliseconds to wait before the next try; 0: now. */
  pause(guesser: Guesser): number {
    return Math.max(0, (this.#failuresOf(guesser)?.pausedUntil ?? 0) - this.#now());
  }

  /** Counts a try as failed before it is made: of many at once, none is free that would not be one after the other. */
  begin(guesser: Guesser): void {
    const count = (this.#failuresOf(guesser)?.count ?? 0) + 1;
    const pause = count < FREE ? 0 : Math.min(PAUSE.longest, PAUSE.first * 2 ** (count - FREE));
    const now = this.#now();
    this.forget(guesser);
    const own = this.#networks.get(guesser.network);
    if (own && own.size >= MOST.ofOne) this.forget({ network: guesser.network, target: own.least(now) });
    if (this.#size >= MOST.inAll) this.#makeRoom();
    this.#set(guesser, { count, pausedUntil: now + pause, forgottenAt: now + FORGOTTEN_AFTER });
  }

  /** Takes a try back that nobody has looked at: it told nothing, and what failed before it still counts. */
  takeBack(guesser: Guesser): void {
    const failures = this.#failuresOf(guesser);
    this.forget(guesser);
    if (failures && failures.count > 1) {
      this.#set(guesser, { ...failures, count: failures.count - 1, pausedUntil: 0 });
    }
  }

  /** It did not fail. */
  forget({ network, target }: Guesser): void {
    const own = this.#networks.get(network);
    if (own?.delete(target)) this.#size -= 1;
    if (own?.size === 0) this.#networks.delete(network);
  }

  #set({ network, target }: Guesser, failures: Failures): void {
    const own = this.#networks.get(network) ?? new Network();
    own.set(target, failures);
    this.#networks.set(network, own);
    this.#size += 1;
  }

  #failuresOf({ network, target }: Guesser): Failures | undefined {
    const failures = this.#networks.get(network)?.get(target);
    return failures && failures.forgottenAt > this.#now() ? failures : undefined;
  }

  /** The network of which most is remembered loses something; of equals the one that has failed least. */
  #makeRoom(): void {
    let most: readonly [string, Network] | undefined;
    for (const each of this.#networks) if (most === undefined || each[1].exceeds(most[1])) most = each;
    if (most) this.forget({ network: most[0], target: most[1].least(this.#now()) });
  }
}

/** What one network has failed with; the latest is last. */
class Network {
  readonly #targets = new Map<string, Failures>();
  /** of all together */
  #count = 0;

  get size(): number {
    return this.#targets.size;
  }

  get(target: string): Failures | undefined {
    return this.#targets.get(target);
  }

  set(target: string, failures: Failures): void {
    this.#targets.set(target, failures);
    this.#count += failures.count;
  }

  delete(target: string): boolean {
    this.#count -= this.#targets.get(target)?.count ?? 0;
    return this.#targets.delete(target);
  }

  exceeds(other: Network): boolean {
    return this.size > other.size || (this.size === other.size && this.#count < other.#count);
  }

  /** What is over already, else what was failed with least, and of that the oldest. */
  least(now: number): string {
    let least = { target: "", count: Number.POSITIVE_INFINITY };
    for (const [target, { count, forgottenAt }] of this.#targets) {
      if (forgottenAt <= now) return target;
      if (count < least.count) least = { target, count };
    }
    return least.target;
  }
}
