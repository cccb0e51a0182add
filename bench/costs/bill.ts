import { PRICES, type Price, type PriceName, type Usd } from "./prices.ts";
import type { Usage } from "./usage.ts";

export interface Line {
  readonly name: PriceName;
  readonly quantity: number;
  readonly usd: Usd;
}

/** Whether the always free allowances of the account are taken off: they are there once for all that it does. */
export type Allowances = "not taken off" | "taken off";

/** quantity x price, for each thing that is paid for; what is unknown stays unknown, however little it is. */
export function billOf(usage: Usage, allowances: Allowances = "not taken off"): readonly Line[] {
  return (Object.keys(PRICES) as PriceName[]).flatMap((name) => {
    const quantity = usage[name] ?? 0;
    if (quantity === 0) return [];
    const price: Price = PRICES[name];
    const free = allowances === "taken off" ? (price.allowance ?? 0) : 0;
    return [{ name, quantity, usd: costOf(price, Math.max(0, quantity - free)) }];
  });
}

export const costOf = ({ usd, per }: Pick<Price, "usd" | "per">, quantity: number): Usd =>
  usd === "unknown" ? usd : (usd * quantity) / per;

export interface Total {
  /** of what is known */
  readonly usd: number;
  readonly unknown: readonly PriceName[];
}

export const totalOf = (lines: readonly Line[]): Total => ({
  usd: lines.reduce((sum, { usd }) => (usd === "unknown" ? sum : sum + usd), 0),
  unknown: lines.filter(({ usd }) => usd === "unknown").map(({ name }) => name),
});
