import type { Context } from "aws-lambda";
import { BlobStoreUnavailableError } from "../../shared/ports/blobs.ts";
import { StoreUnavailableError } from "../../shared/ports/table.ts";

/** When an invocation must end. */
export interface Deadline {
  /** milliseconds; 0 and less once it is over */
  readonly left: () => number;
}

/** So many milliseconds before Lambda would end the invocation. */
export const deadlineOf = (
  context: Pick<Context, "getRemainingTimeInMillis">,
  reserve: number,
): Deadline => ({ left: () => context.getRemainingTimeInMillis() - reserve });

/** `work`, or "late" once the time is over. The work itself goes on, and its end is of no interest any more. */
export async function inTime<Answer>(work: Promise<Answer>, deadline: Deadline): Promise<Answer | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, Math.max(0, deadline.left()), "late");
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const TOO_LATE = "the time of this invocation is over";

/**
 * The table for one invocation. Its environment is frozen after the answer and thawed for the next one, so what is still
 * at work then must not reach the stores any more: each call after the deadline throws as a store does that is away.
 */
export const tableUntil = <Store extends object>(deadline: Deadline, table: Store): Store =>
  guarded(table, deadline, () => new StoreUnavailableError(TOO_LATE));

/** As `tableUntil`. */
export const blobsUntil = <Store extends object>(deadline: Deadline, blobs: Store): Store =>
  guarded(blobs, deadline, () => new BlobStoreUnavailableError(TOO_LATE));

function guarded<Store extends object>(store: Store, deadline: Deadline, error: () => Error): Store {
  const methods = Object.entries(store).map(([name, method]) => [
    name,
    async (...given: unknown[]): Promise<unknown> => {
      if (deadline.left() <= 0) throw error();
      return method(...given);
    },
  ]);
  return Object.fromEntries(methods) as Store;
}
