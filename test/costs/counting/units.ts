import type { Consistency } from "../../../shared/ports/table.ts";

/*
 * What DynamoDB charges for (Developer Guide, DynamoDB read and write operations; Capacity consumption of transactions).
 * Sizes are those that the stores count, with numbers at their largest, so that no item is taken for smaller than it is.
 */

/** bytes that one unit reads, and writes */
const READ_UNIT = 4 * 1024;
const WRITE_UNIT = 1024;
/** "Transactional write requests require two write units to perform one write of up to 1 KB." */
const TRANSACTION = 2;

/** Read units of `bytes`, an item's or the sum of a page's; what is absent costs as much as the smallest item. */
export const readUnits = (bytes: number, consistency: Consistency): number =>
  Math.max(1, Math.ceil(bytes / READ_UNIT)) * (consistency === "strong" ? 1 : 0.5);

/** Sizes of one item in bytes; 0 where it is absent. */
export interface Resized {
  readonly before: number;
  readonly after: number;
}

/**
 * Write units of one item: the larger of what it was and what it is, so a delete costs what it takes away, and a write whose
 * condition does not hold costs what it met. A check within a transaction counts as a write.
 */
export const writeUnits = ({ before, after }: Resized, how: "alone" | "in a transaction"): number =>
  Math.max(1, Math.ceil(Math.max(before, after) / WRITE_UNIT)) * (how === "alone" ? 1 : TRANSACTION);
