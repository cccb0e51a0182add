import { createReplay, type Effect, type Replay } from "./replay.ts";
import type { Acknowledged, Recording } from "./scenario.ts";
import { eventsIn, type TraceEvent } from "./trace-events.ts";

export type RecordedEvent = TraceEvent | "new process";

/** A place in the recording where the power may be cut. */
export interface Place {
  /** which event it follows */
  readonly at: number;
  readonly replay: Replay;
  /** how many requests have been acknowledged */
  readonly acknowledged: number;
  readonly effect: Effect;
  /** whether this very event acknowledges one */
  readonly isAnswer: boolean;
}
interface Walk {
  readonly root: string;
  readonly events: readonly RecordedEvent[];
  readonly acknowledged: readonly Acknowledged[];
  readonly skips?: Skips;
}
/** Which syncs do nothing: of what, and after how many acknowledged requests. */
export type Skips = (path: string, acknowledged: number) => boolean;

export async function readEvents({ traces }: Recording): Promise<readonly RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for (const trace of traces) {
    all.push("new process");
    for await (const event of eventsIn(trace)) all.push(event);
  }
  return all;
}

/** Replays a recording; gives every place where something has changed or an answer goes out. */
export function* placesOf({ root, events, acknowledged, skips }: Walk): Generator<Place> {
  let count = 0;
  const replay = createReplay({ root, ...(skips && { skips: (path: string) => skips(path, count) }) });
  for (const [at, event] of events.entries()) {
    if (event === "new process") {
      replay.restart();
      continue;
    }
    const effect = replay.apply(event);
    const next = acknowledged[count];
    const isAnswer = next !== undefined && effect.sent?.includes(next.requestId) === true;
    if (isAnswer) count += 1;
    if (isAnswer || effect.changed) yield { at, replay, acknowledged: count, effect, isAnswer };
  }
}
