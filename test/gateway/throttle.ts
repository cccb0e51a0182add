import type { Throttle } from "./template/stack.ts";

/**
 * A token bucket, as API Gateway throttles a stage: `burst` requests at once, refilled with `rate` a second.
 * `now`: milliseconds.
 */
export function createThrottle({ rate, burst }: Throttle, now: () => number): () => boolean {
  let tokens = burst;
  let at = now();
  return () => {
    const time = now();
    tokens = Math.min(burst, tokens + ((time - at) / 1000) * rate);
    at = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
