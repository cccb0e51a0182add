const KIB = 1024;
const MIB = 1024 * KIB;

/** How large and how long a run is. */
export interface Sizes {
  /** interleaved rounds of every measurement; medians are taken over them */
  readonly rounds: number;
  /** rounds of the measurements that push 8 x `largePush` */
  readonly largeRounds: number;
  /** seconds of load in one sample of requests per second */
  readonly seconds: number;
  /** requests in one sample of HEAD requests */
  readonly heads: number;
  readonly tags: number;
  readonly tagPage: number;
  /** bytes of the blob that is pulled */
  readonly pull: number;
  /** pulls in one sample */
  readonly pulls: number;
  /** bytes */
  readonly push: number;
  /** bytes of each of the parallel pushes */
  readonly largePush: number;
  readonly smallPush: number;
}

export const FULL: Sizes = {
  rounds: 5,
  largeRounds: 3,
  seconds: 4,
  heads: 40_000,
  tags: 10_000,
  tagPage: 1000,
  pull: 100 * MIB,
  pulls: 10,
  push: 1024 * MIB,
  largePush: 1024 * MIB,
  smallPush: 100 * MIB,
};

/** Proves that the bench works; its figures say little. */
export const QUICK: Sizes = {
  rounds: 2,
  largeRounds: 1,
  seconds: 1,
  heads: 4000,
  tags: 1000,
  tagPage: 100,
  pull: 100 * MIB,
  pulls: 2,
  push: 64 * MIB,
  largePush: 64 * MIB,
  smallPush: 16 * MIB,
};

/** Connections of every load of small requests; wrk and ab drive them with one thread. */
export const CONNECTIONS = 16;
export const PARALLEL_PUSHES = 8;

/** `1 GiB`, `100 MiB`, `612 B` */
export function inWords(bytes: number): string {
  const [size, unit] = [[KIB * MIB, "GiB"] as const, [MIB, "MiB"] as const, [KIB, "KiB"] as const].find(
    ([least]) => bytes >= least,
  ) ?? [1, "B"];
  return `${Math.round((bytes / size) * 10) / 10} ${unit}`;
}
