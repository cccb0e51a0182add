import type { Total } from "./bill.ts";
import { PRICES, type Usd } from "./prices.ts";

type Cell = string | number;

export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const line = (cells: readonly Cell[]): string => `| ${cells.join(" | ")} |`;
  // All but the first column hold figures, mostly.
  const rule = head.map((_, at) => (at === 0 ? "---" : "---:"));
  return [line(head), line(rule), ...rows.map(line), ""];
}

/** At most three digits that mean something, thousands apart. */
export const figure = (value: number): string =>
  new Intl.NumberFormat("en", { maximumSignificantDigits: value >= 1000 ? 4 : 3 }).format(value);

/** Dollars and cents; what is less than a cent is not shown as nothing. */
export function dollars(usd: Usd): string {
  if (usd === "unknown") return "unknown";
  if (usd > 0 && usd < 0.005) return "< 0.01";
  return new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(usd);
}

export const totalText = ({ usd, unknown }: Total): string =>
  unknown.length === 0 ? dollars(usd) : `${dollars(usd)} + unknown`;

export const unitOf = (name: keyof typeof PRICES): string => PRICES[name].unit;
