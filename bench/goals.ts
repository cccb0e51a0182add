import type { PeerName } from "./peers.ts";

/** What a figure of Berth has to reach; ratios are Berth's median over the other's, on the same machine, in the same run. */
export type Goal =
  | {
      readonly kind: "ratio";
      readonly to: "distribution" | "zot" | "the faster peer";
      readonly least: number;
    }
  | { readonly kind: "at most"; readonly limit: number };

export interface Verdict {
  readonly goal: string;
  readonly reached: string;
  readonly outcome: "met" | "missed" | "not measured";
}

export type Medians = ReadonlyMap<PeerName, number>;

export function judge(goal: Goal, medians: Medians, unit: string): Verdict {
  const own = medians.get("berth");
  switch (goal.kind) {
    case "at most":
      return verdict(`< ${goal.limit} ${unit}`, own, {
        show: (value) => `${Math.round(value)} ${unit}`,
        meets: (value) => value < goal.limit,
      });
    case "ratio": {
      const other = reference(goal.to, medians);
      const ratio = own === undefined || other === undefined ? undefined : own / other;
      return verdict(`≥ ${goal.least}x ${goal.to}`, ratio, {
        show: (value) => `${value.toFixed(2)}x`,
        meets: (value) => value >= goal.least,
      });
    }
  }
}

function verdict(
  goal: string,
  value: number | undefined,
  { show, meets }: { show: (value: number) => string; meets: (value: number) => boolean },
): Verdict {
  if (value === undefined) return { goal, reached: "–", outcome: "not measured" };
  return { goal, reached: show(value), outcome: meets(value) ? "met" : "missed" };
}

function reference(to: "distribution" | "zot" | "the faster peer", medians: Medians): number | undefined {
  if (to !== "the faster peer") return medians.get(to);
  const others = [medians.get("distribution"), medians.get("zot")].filter((value) => value !== undefined);
  return others.length === 0 ? undefined : Math.max(...others);
}
