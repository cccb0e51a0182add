import type { Context } from "aws-lambda";
import { sweep } from "../shared/registry/sweep.ts";
import type { UploadPorts } from "../shared/registry/uploads.ts";
import { blobsUntil, type Deadline, deadlineOf, tableUntil } from "./gateway/deadline.ts";
import { errorText } from "./telemetry/errors.ts";
import type { Log } from "./telemetry/log.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

/** Milliseconds of an invocation that are kept for what is under way, and for saying that it was not the end. */
const RESERVE = 5000;

interface Sweeping {
  readonly telemetry: Telemetry;
  readonly ports: UploadPorts;
  readonly context: Context;
}

/**
 * One sweep, as far as it comes in one invocation. A sweep can stop anywhere: what it took away is gone, and as it did
 * not end, the next one looks at the same days again. Rejects, for Lambda to count it, where it failed with time left.
 */
export async function sweepInTime({ telemetry, ports, context }: Sweeping): Promise<void> {
  telemetry.log.addContext(context);
  const deadline = deadlineOf(context, RESERVE);
  const table = tableUntil(deadline, ports.table);
  const blobs = blobsUntil(deadline, ports.blobs);
  const failure = await telemetry.record("sweep", () =>
    trySweep({ ...ports, table, blobs }, deadline, telemetry.log),
  );
  // Not the error itself: Lambda logs what is thrown with all that hangs on it.
  if (failure !== undefined) throw new Error(`the sweep failed: ${failure}`);
}

/** Why it failed, where it did with time left. */
async function trySweep(ports: UploadPorts, deadline: Deadline, log: Log): Promise<string | undefined> {
  try {
    log.info("swept what broken uploads have left", { ...(await sweep(ports)) });
  } catch (error) {
    if (deadline.left() > 0) {
      const text = errorText(error);
      log.error("the sweep failed; the next one goes on", { error: text });
      return text.message;
    }
    log.warn("the sweep stopped in time; the next one goes on");
  }
  return undefined;
}
