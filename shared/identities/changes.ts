/** Counts what may have taken somebody's way in away, in this process. */
export interface Changes {
  /** how much there was so far */
  readonly count: () => number;
  /** The same work, counted once it has ended, in whatever way. */
  readonly counting: <Given extends readonly unknown[], Answer>(
    work: (...given: Given) => Promise<Answer>,
  ) => (...given: Given) => Promise<Answer>;
}

export function createChanges(): Changes {
  let count = 0;
  return {
    count: () => count,
    counting:
      (work) =>
      async (...given) => {
        try {
          return await work(...given);
        } finally {
          count += 1;
        }
      },
  };
}
