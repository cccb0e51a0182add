import { OciError } from "../oci/errors.ts";

export interface TurnLimits {
  /** how many run at once */
  readonly running: number;
  /** how many wait for their turn; more are refused */
  readonly waiting: number;
}
/** `lane`: whose it is; of all who are not told apart, where it is not given. TOOMANYREQUESTS */
export type InTurn = <Result>(work: () => Promise<Result>, lane?: string) => Promise<Result>;

interface Waiting {
  readonly begin: () => void;
  readonly refuse: (reason: OciError) => void;
}

/**
 * Runs what costs much a few at a time. Lanes take turns, however many wait in each; within one, who came first is first.
 * Where too many wait, the last of the longest lane has to go: whoever fills the queue refuses themselves, and nobody else.
 */
export function createTurns({ running, waiting }: TurnLimits): InTurn {
  let free = running;
  const queue = new Lanes();
  const turn = async (lane: string): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    queue.add(lane, { begin: resolve, refuse: reject });
    if (queue.size > waiting) queue.takeSuperfluous(lane)?.refuse(new OciError("TOOMANYREQUESTS"));
    await promise;
  };
  const pass = (): void => {
    const next = queue.takeNext();
    if (next) next.begin();
    else free += 1;
  };
  return async (work, lane = "") => {
    await turn(lane);
    try {
      return await work();
    } finally {
      pass();
    }
  };
}

/** Who waits, lane by lane; the first lane is the next. */
class Lanes {
  readonly #lanes = new Map<string, Waiting[]>();
  size = 0;

  add(lane: string, one: Waiting): void {
    const others = this.#lanes.get(lane);
    if (others) others.push(one);
    else this.#lanes.set(lane, [one]);
    this.size += 1;
  }

  takeNext(): Waiting | undefined {
    const [lane] = this.#lanes.keys();
    if (lane === undefined) return undefined;
    const waiting = this.#lanes.get(lane) ?? [];
    const next = waiting.shift();
    // To the end: it is the others' turn now.
    this.#lanes.delete(lane);
    if (waiting.length > 0) this.#lanes.set(lane, waiting);
    this.size -= 1;
    return next;
  }

  /** The last of the longest lane: of the one that came last, where no other is longer. */
  takeSuperfluous(lane: string): Waiting | undefined {
    let longest = [lane, this.#lanes.get(lane) ?? []] as const;
    for (const each of this.#lanes) if (each[1].length > longest[1].length) longest = each;
    const [name, waiting] = longest;
    const last = waiting.pop();
    if (waiting.length === 0) this.#lanes.delete(name);
    this.size -= 1;
    return last;
  }
}
