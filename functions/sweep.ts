import type { Context } from "aws-lambda";
import { openStores } from "./compose/writing.ts";
import { sweepInTime } from "./sweep-in-time.ts";

const { telemetry, ports } = await openStores(process.env);

/** The schedule's event says nothing but that it is time. */
export const handler = (_event: unknown, context: Context): Promise<void> =>
  sweepInTime({ telemetry, ports, context });
