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

/** Work that still waits at the gate is done once for all who ask for the same; work that has begun is not shared. */
export function createShared<Result>(
  work: (name: string) => Promise<Result>,
  gate: Gate,
): (name: string) => Promise<Result> {
  const waiting = new Map<string, Promise<Result>>();
  return (name) => {
    const known = waiting.get(name);
    if (known) return known;
    let begun = false;
    const done = gate(() => {
      begun = true;
      waiting.delete(name);
      return work(name);
    });
    if (!begun) waiting.set(name, done);
    return done;
  };
}
