import { OciError } from "../oci/errors.ts";

export interface TurnLimits {
  /** how many run at once */
  readonly running: number;
  /** how many wait for their turn; more are refused */
  readonly waiting: number;
}
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Runs what costs much a few at a time, first come, first served. TOOMANYREQUESTS where too many wait already. */
export function createTurns({ running, waiting }: TurnLimits): InTurn {
  let free = running;
  const queue: (() => void)[] = [];
  const turn = async (): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return;
    }
    if (queue.length >= waiting) throw new OciError("TOOMANYREQUESTS");
    const { promise, resolve } = Promise.withResolvers<void>();
    queue.push(resolve);
    await promise;
  };
  const pass = (): void => {
    const next = queue.shift();
    if (next) next();
    else free += 1;
  };
  return async (work) => {
    await turn();
    try {
      return await work();
    } finally {
      pass();
    }
  };
}
