/** Runs work, at most so much of it at a time, in the order of asking. */
export type Gate = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function createGate(width: number): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < width) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place is handed over, so that nobody who comes meanwhile overtakes.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
