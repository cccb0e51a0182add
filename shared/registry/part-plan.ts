import { BLOB_LIMITS } from "../ports/blobs.ts";

const FIRST_PART = 16 * 1024 * 1024;
/** So many parts of one size, then the size doubles: what a stream without a length needs to reach 1 TiB and more. */
const PARTS_OF_A_SIZE = 1000;

/**
 * Bytes of part `number` (from 1). `remaining`, where it is known, is what is still to come: then the parts that are
 * left must hold it, with as many to spare as a few interrupted attempts may use up.
 */
export function partSize(number: number, remaining = 0): number {
  const doubled = FIRST_PART * 2 ** Math.floor((number - 1) / PARTS_OF_A_SIZE);
  const left = Math.max(1, Math.floor((BLOB_LIMITS.parts - number + 1) * 0.99));
  return Math.min(BLOB_LIMITS.maxPart, Math.max(doubled, Math.ceil(remaining / left)));
}

/** Numbers that are reserved at once, where nobody knows how many parts a body has: one write for 256 MiB. */
const RESERVED_AT_ONCE = 16;

/**
 * How many part numbers to reserve at once for a body of `length` bytes: no more than it needs, because a client that
 * sends small chunks would use up all numbers after a few hundred of them.
 */
export const numbersFor = (length: number | undefined): number =>
  length === undefined
    ? RESERVED_AT_ONCE
    : Math.min(RESERVED_AT_ONCE, Math.max(1, Math.ceil(length / FIRST_PART)));
