import { RegistryFailure } from "./failures.ts";
import { type Answer, NoAnswerError } from "./messages.ts";
import { told } from "./told.ts";

/** An answer that another try may change, or none. */
export type Trouble = Answer | NoAnswerError;

export interface Waiting {
  /** milliseconds since 1970 */
  readonly now: () => number;
  /** 0 <= x < 1 */
  readonly random: () => number;
  /** Rejects when the work is interrupted. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly say: (line: string) => void;
  /** in a row, the first one among them; 8 where it is not given: about a minute and a half */
  readonly tries?: number;
}

/** What gateways and registries answer when it is not the request that is wrong. */
const TRANSIENT = new Set([408, 425, 429, 500, 502, 503, 504]);
export const isTransient = ({ status }: Answer): boolean => TRANSIENT.has(status);

const MOST_FAILURES = 8;
const FIRST_MILLISECONDS = 500;
const LONGEST_MILLISECONDS = 30_000;
/** What a registry may ask for by Retry-After. */
const MOST_ASKED_MILLISECONDS = 300_000;

/** Waits longer after each failure in a row, and gives up in the end. */
export class Patience {
  readonly #waiting: Waiting;
  #failures = 0;

  constructor(waiting: Waiting) {
    this.#waiting = waiting;
  }

  progressed(): void {
    this.#failures = 0;
  }

  /** Resolves when it is time for another try. RegistryFailure where there were enough. */
  async failed(trouble: Trouble): Promise<void> {
    const what = trouble instanceof NoAnswerError ? trouble.message : told(trouble);
    this.#failures += 1;
    const { tries = MOST_FAILURES } = this.#waiting;
    if (this.#failures >= tries) {
      const often = tries > 1 ? `, and so it was ${tries} times in a row` : "";
      throw new RegistryFailure(`${what}${often}`, { cause: trouble });
    }
    const delay = this.#delay(trouble);
    this.#waiting.say(`${what}: trying again in ${(delay / 1000).toFixed(1)} s`);
    await this.#waiting.pause(delay);
  }

  #delay(trouble: Trouble): number {
    const { now, random } = this.#waiting;
    const longest = Math.min(LONGEST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** (this.#failures - 1));
    const asked = trouble instanceof NoAnswerError ? 0 : retryAfter(trouble.header("retry-after"), now());
    return Math.max(asked, longest / 2 + random() * (longest / 2));
  }
}

/** RFC 9110 § 10.2.3: seconds, or a date. Milliseconds from `now` on; 0 where it says nothing usable. */
function retryAfter(text: string | undefined, now: number): number {
  if (text === undefined) return 0;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), MOST_ASKED_MILLISECONDS) : 0;
}

/** One request: its answer, or that there was none. */
export async function attempt(request: () => Promise<Answer>): Promise<Trouble> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof NoAnswerError) return error;
    throw error;
  }
}

/** Makes a request that does no harm twice until there is an answer that stays. RegistryFailure where there is none. */
export async function persist(request: () => Promise<Answer>, waiting: Waiting): Promise<Answer> {
  const patience = new Patience(waiting);
  for (;;) {
    const outcome = await attempt(request);
    if (!(outcome instanceof NoAnswerError) && !isTransient(outcome)) return outcome;
    await patience.failed(outcome);
  }
}
