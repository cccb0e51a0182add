import { judge, type Medians, type Verdict } from "./goals.ts";
import type { Circumstances } from "./machine.ts";
import type { Measurement } from "./measurements.ts";
import type { Peer, PeerName } from "./peers.ts";
import { median } from "./statistics.ts";

export interface Result {
  readonly measurement: Measurement;
  /** every sample, in the order in which they were taken */
  readonly samples: ReadonlyMap<PeerName, readonly number[]>;
  readonly medians: Medians;
  readonly verdicts: readonly Verdict[];
}

/** A whole run: what the table and the plot are made of. */
export interface Run {
  readonly circumstances: Circumstances;
  readonly peers: readonly Peer[];
  readonly absent: readonly string[];
  readonly results: readonly Result[];
}

export function resultOf(
  measurement: Measurement,
  samples: ReadonlyMap<PeerName, readonly number[]>,
): Result {
  const medians = new Map([...samples].map(([peer, values]) => [peer, median(values)]));
  const verdicts = measurement.goals.map((goal) => judge(goal, medians, measurement.unit));
  return { measurement, samples, medians, verdicts };
}
