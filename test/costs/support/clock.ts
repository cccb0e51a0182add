import type { Clock } from "../../../shared/ports/clock.ts";
import { seededRandom } from "../../support/seeded-random.ts";

/** Always the same, with identifiers as long as those that the functions make, so that items have their real sizes. */
export function createClock(): Clock & { readonly advance: (milliseconds: number) => void } {
  const random = seededRandom(1);
  // In the future: where a real DynamoDB looks at its own clock, what expires has not yet.
  let now = Date.UTC(2040, 0, 15);
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");
  return {
    now: () => now,
    newId: () => [8, 4, 4, 4, 12].map(hex).join("-"),
    newSecret: () => hex(43),
    random,
    sleep: () => new Promise((resolve) => setImmediate(resolve)),
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
}
