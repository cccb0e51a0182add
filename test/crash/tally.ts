import type { Doubt } from "./client.ts";

/** "invisible": it leaves nothing that this client could find, as an upload whose name nobody was told */
export type Fate = "happened" | "not happened" | "invisible";

/** What one kill hit. */
export interface Hit {
  readonly moment: string;
  /** whether a request of the kind that was aimed at, or a start, was cut short */
  readonly onTarget: boolean;
  /** requests that were running, and what they turned out to be */
  readonly running: readonly { readonly step: Doubt["step"]; readonly fate: Fate }[];
  /** requests that were acknowledged in this round */
  readonly acknowledged: number;
  /** objects that had been joined and not yet linked */
  readonly joined: number;
}

/** A table of what the kills hit, for people; and what they missed, which is an error. */
export function summarize(hits: readonly Hit[]): {
  readonly table: string;
  readonly missed: readonly string[];
} {
  const running = hits.flatMap((hit) => hit.running);
  const moments = Map.groupBy(hits, ({ moment }) => moment);
  const kinds = Map.groupBy(running, ({ step }) => step.kind);
  const lines = [
    `${hits.length} kills, ${sum(hits.map((hit) => hit.acknowledged))} requests acknowledged, ${running.length} cut short`,
    ...[...moments].map(([moment, all]) => `  ${onTarget(all)} of ${all.length} on target: ${moment}`),
    `  ${sum(hits.map((hit) => hit.joined))} objects found joined and not linked`,
    ...[...kinds].map(([kind, all]) => {
      const fates = Map.groupBy(all, ({ fate }) => fate);
      const counts = [...fates].map(([fate, some]) => `${some.length} ${fate}`);
      return `  ${all.length} cut short: ${kind} (${counts.join(", ")})`;
    }),
  ];
  return { table: lines.join("\n"), missed: missedOf(moments) };
}

/** A moment may be missed now and then, as the server is fast; one that was tried and never hit tests nothing. */
const missedOf = (moments: ReadonlyMap<string, readonly Hit[]>): readonly string[] =>
  [...moments].flatMap(([moment, all]) => (onTarget(all) > 0 ? [] : [moment]));

const onTarget = (hits: readonly Hit[]): number => hits.filter((hit) => hit.onTarget).length;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
