import { MissingRight } from "../access/missing-right.ts";
import { OciError } from "../oci/errors.ts";
import type { Outcome } from "./event.ts";

/**
 * What an error made of a deed. Undefined where it only asks for other credentials: whoever has not logged in yet, or
 * shows a token for something else, asks again, and that counts.
 */
export function outcomeOf(error: unknown): Outcome | undefined {
  if (error instanceof MissingRight) {
    return error.access.isSettled?.(error.need) === true ? { outcome: "denied" } : undefined;
  }
  return error instanceof OciError ? { outcome: "refused", reason: error.reason } : { outcome: "failed" };
}
