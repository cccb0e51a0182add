interface Write {
  readonly digest: string;
  readonly begun: number;
  /** when it was acknowledged; infinite where it never was */
  ended: number;
}

/** What tags may name that many clients move at once. */
export interface SharedTags {
  /** Returns what is to be called at the acknowledgement. */
  readonly begin: (tag: string, digest: string) => () => void;
  readonly names: () => readonly string[];
  /** Every digest that the tag may name now; undefined is among them where it needn't exist. */
  readonly possible: (tag: string) => ReadonlySet<string | undefined>;
  /** The tag was seen to name this: all that was in doubt is decided. */
  readonly settle: (tag: string, digest: string | undefined) => void;
}

/** The order of two writes is known only where one was acknowledged before the other began. */
export function createSharedTags(): SharedTags {
  const histories = new Map<string, Write[]>();
  let time = 0;
  const historyOf = (tag: string) => histories.get(tag) ?? [];
  return {
    begin: (tag, digest) => {
      const write = { digest, begun: (time += 1), ended: Number.POSITIVE_INFINITY };
      histories.set(tag, [...historyOf(tag), write]);
      return () => {
        write.ended = time += 1;
      };
    },
    names: () => [...histories.keys()],
    possible: (tag) => {
      const history = historyOf(tag);
      const last = Math.max(...history.filter(({ ended }) => ended < Infinity).map(({ begun }) => begun));
      const newest = history.filter(({ ended }) => ended >= last).map(({ digest }) => digest);
      return new Set(last > 0 ? newest : [undefined, ...newest]);
    },
    settle: (tag, digest) => {
      histories.set(tag, digest === undefined ? [] : [{ digest, begun: time, ended: time }]);
    },
  };
}
