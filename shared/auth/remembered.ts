interface Entry<Value> {
  readonly value: Value;
  /** milliseconds since 1970 */
  readonly until: number;
}

/** Values for a while: at most `most` of them, of which the first that came goes when one more does. */
export class Remembered<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #most: number;
  readonly #now: () => number;

  constructor({ most, now }: { readonly most: number; readonly now: () => number }) {
    this.#most = most;
    this.#now = now;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.until > this.#now()) return entry?.value;
    this.#entries.delete(key);
    return undefined;
  }

  /** `until`: milliseconds since 1970 */
  set(key: string, value: Value, until: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until });
    const [first] = this.#entries.keys();
    if (this.#entries.size > this.#most && first !== undefined) this.#entries.delete(first);
  }

  /** Another value, until the end that was set; nothing, where there is none any more. */
  replace(key: string, value: Value): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#entries.set(key, { ...entry, value });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
