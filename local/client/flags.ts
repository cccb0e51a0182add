import { Complaint } from "../complaint.ts";
import { parseDuration } from "../durations.ts";
import { parseSize } from "../sizes.ts";

const MOST_PARALLEL = 64;
const LEAST_PART = 1024 * 1024;
const MOST_PART = 4 * 1024 ** 3;
const HOUR = 3_600_000;

/** How many at once. Complaint where the flag says nothing usable, as in all that follow. */
export function countOf(flag: string, text: string): number {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST_PARALLEL) return count;
  throw new Complaint(`${flag} is '${text}': it must be a whole number from 1 to ${MOST_PARALLEL}`);
}

/** Bytes of one request. */
export function partSizeOf(text: string): number {
  const size = parseSize(text);
  if (size !== undefined && size >= LEAST_PART && size <= MOST_PART) return size;
  throw new Complaint(`--part-size is '${text}': it must be a size like 16m or 1g, from 1m to 4g`);
}

/** Milliseconds in which nothing moves. */
export function timeoutOf(text: string): number {
  const timeout = parseDuration(text);
  if (timeout !== undefined && timeout >= 1 && timeout <= HOUR) return timeout;
  throw new Complaint(`--timeout is '${text}': it must be a duration like 30s or 2m, an hour at most`);
}
