const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof MILLISECONDS;
const DURATION = /^(\d{1,9})(ms|s|m|h|d)?$/;

/** `90`, `90s`, `15m`, `24h`, `7d`: milliseconds; seconds where there is no unit. Undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = "s"] = DURATION.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * MILLISECONDS[unit as Unit];
}
