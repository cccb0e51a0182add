/** What is known of one caller's requests in the present window. */
export interface Tally {
  /** requests that came here */
  seen: number;
  /** of these, what others have not been told of yet */
  untold: number;
  /** of these, what others have been told of */
  told: number;
  /** requests that came elsewhere, as far as is known */
  elsewhere: number;
  /** whether somebody has heard that it was refused */
  isReported: boolean;
}

const none = (): Tally => ({ seen: 0, untold: 0, told: 0, elsewhere: 0, isReported: false });

/**
 * Tallies of the present window: windows follow each other from 1970 on, so that every process has the same. It keeps
 * no more than `most` callers, of which those go first that were not heard of for the longest.
 */
export class WindowTallies {
  readonly #window: number;
  readonly #most: number;
  readonly #tallies = new Map<string, Tally>();
  #start = 0;

  /** `window` in milliseconds */
  constructor({ window, most }: { readonly window: number; readonly most: number }) {
    this.#window = window;
    this.#most = most;
  }

  /** When the window began in which `now` is; milliseconds since 1970, both. */
  startOf(now: number): number {
    return now - (now % this.#window);
  }

  /** To be written to by whoever asked. */
  of(caller: string, now: number): Tally {
    this.#turn(now);
    const tally = this.#tallies.get(caller) ?? none();
    this.#tallies.delete(caller);
    this.#tallies.set(caller, tally);
    const [first] = this.#tallies.keys();
    if (this.#tallies.size > this.#most && first !== undefined) this.#tallies.delete(first);
    return tally;
  }

  #turn(now: number): void {
    const start = this.startOf(now);
    if (start === this.#start) return;
    this.#start = start;
    this.#tallies.clear();
  }
}
