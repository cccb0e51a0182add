import { inOneLine } from "../printable.ts";

/** Columns as wide as what they hold, a line for each row; nothing but `none` where there are no rows. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): readonly string[] {
  if (rows.length === 0) return [none];
  const all = [head, ...rows].map((row) => row.map(inOneLine));
  const widths = head.map((_, at) => Math.max(...all.map((row) => (row[at] ?? "").length)));
  return all.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
