/** Time and chance, handed in so that tests can decide both. */
export interface Clock {
  /** milliseconds since 1970 */
  readonly now: () => number;
  /** A fresh identifier: unguessable, unique, safe in paths and keys (hex and dashes). */
  readonly newId: () => string;
  /** 256 unguessable bits, as 43 characters of base64url */
  readonly newSecret: () => string;
  /** 0 <= x < 1, for jitter */
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}
