import type { Clock } from "../ports/clock.ts";
import { type Refusal, StoreUnavailableError } from "../ports/table.ts";

/** What one try came to: an answer, or the store's refusal, after which everything is read again. */
export type Try<Answer> = { readonly outcome: "done"; readonly answer: Answer } | Refusal;

export const done = <Answer>(answer: Answer): Try<Answer> => ({ outcome: "done", answer });

/** Lost races are cheap to run again; each time somebody else has won, so many writers can all get through. */
const RACES = 60;
/** A store that does not answer gets a few chances, then the client is told to come back. */
const TROUBLES = 5;
/** milliseconds: the first pause, and the longest; a lost race is over as soon as the winner's commit is durable */
const RACE_PAUSE = { first: 2, longest: 64 };
const TROUBLE_PAUSE = { first: 50, longest: 1000 };

/**
 * Runs `attempt` until it is done. An attempt starts from reading, so that it may also follow a write whose outcome is
 * unknown. Throws a StoreUnavailableError where the store keeps refusing; nothing was acknowledged then.
 */
export async function untilDone<Answer>(clock: Clock, attempt: () => Promise<Try<Answer>>): Promise<Answer> {
  let races = 0;
  let troubles = 0;
  for (;;) {
    const result = await attempt();
    if (result.outcome === "done") return result.answer;
    const isRace = result.outcome === "condition-failed" || result.outcome === "conflict";
    if (isRace) races += 1;
    else troubles += 1;
    if (races >= RACES || troubles >= TROUBLES) throw unavailable(result);
    await clock.sleep(isRace ? pause(RACE_PAUSE, races, clock) : pause(TROUBLE_PAUSE, troubles, clock));
  }
}

/** What another request is about to do takes a store some seconds at most: twenty, and nobody waits longer. */
const LOOKS = { afterAnother: 40, afterOneself: 6 } as const;

/** Asks `look` until it has an answer; undefined where it has none for long, or, of what one has done oneself, for a second. */
export async function awaited<Found>(
  clock: Clock,
  whose: keyof typeof LOOKS,
  look: () => Promise<Found | undefined>,
): Promise<Found | undefined> {
  for (let looks = 1; looks < LOOKS[whose]; looks += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await clock.sleep(pause(TROUBLE_PAUSE, looks, clock));
  }
  return look();
}

/** Full jitter: anything up to a bound that doubles (AWS Builders' Library, Timeouts, retries and backoff with jitter). */
const pause = ({ first, longest }: typeof RACE_PAUSE, count: number, clock: Clock): number =>
  clock.random() * Math.min(longest, first * 2 ** count);

const unavailable = (refusal: Refusal): StoreUnavailableError =>
  new StoreUnavailableError(`the table keeps answering '${refusal.outcome}'`, {
    cause: "cause" in refusal ? refusal.cause : undefined,
  });
