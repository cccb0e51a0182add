import { BLOB_LIMITS } from "../ports/blobs.ts";

const MIB = 1024 * 1024;
const FIRST_PART = 16 * MIB;
/** What an adapter may have to hold in memory: no part is larger, unless the body says that it has to be. */
export const LARGEST_PLANNED_PART = 128 * MIB;
/** So many parts of one size, then the size doubles: a stream without a length reaches 1.09 TiB. */
const PARTS_OF_A_SIZE = 500;

/**
 * Bytes of part `number` (from 1). `remaining`, where it is known, is what is still to come: then the parts that are
 * left must hold it, with as many to spare as a few interrupted attempts may use up.
 */
export function partSize(number: number, remaining = 0): number {
  const doubled = FIRST_PART * 2 ** Math.floor((number - 1) / PARTS_OF_A_SIZE);
  const left = Math.max(1, Math.floor((BLOB_LIMITS.parts - number + 1) * 0.99));
  const planned = Math.min(LARGEST_PLANNED_PART, doubled);
  return Math.min(BLOB_LIMITS.maxPart, Math.max(planned, Math.ceil(remaining / left)));
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
