/** S3's, and so ours. */
const MOST_PARTS = 10_000;

/** What the registry says of parts in parallel, in bytes. */
export interface PartRange {
  readonly least: number;
  readonly most: number;
}

/** Bytes of each part but the last; undefined where the blob goes better, or only, one part after the other. */
export function numberedPartSize(
  size: number,
  wanted: number,
  { least, most }: PartRange,
): number | undefined {
  if (wanted < least || size < 2 * wanted) return undefined;
  const needed = Math.max(Math.min(wanted, most), Math.ceil(size / MOST_PARTS));
  return needed <= most ? needed : undefined;
}
