import { tellTooManyRequests } from "../../shared/audit/too-many-requests.ts";
import { createThrottle, type Throttle } from "../../shared/auth/throttle/throttle.ts";
import type { SettingName } from "../settings.ts";
import type { Credentials, Place } from "../stores/credentials.ts";
import { systemClock } from "../system-clock.ts";
import { errorText } from "../telemetry/errors.ts";
import type { Log } from "../telemetry/log.ts";
import { createSharedCounts } from "./shared-counts.ts";

/** The settings that say how much anybody may ask, and where it is counted. */
export const THROTTLE = [
  "region",
  "table",
  "dynamo",
  "requestsPerIdentity",
  "requestsPerNetwork",
] as const satisfies readonly SettingName[];

interface Throttling {
  readonly region: string;
  readonly table: string;
  readonly dynamo: Pick<Place, "endpoint">;
  readonly requestsPerIdentity: number;
  readonly requestsPerNetwork: number;
  readonly credentials: Credentials;
  readonly log: Pick<Log, "audit" | "warn">;
}

/** Counts in memory, and with all other instances in the table. */
export function openThrottle(throttling: Throttling): Throttle {
  const { region, table, dynamo, credentials, log } = throttling;
  const { now } = systemClock;
  const onTrouble = (cause: unknown): void =>
    log.warn("what a caller asks is counted here alone", { error: errorText(cause) });
  return createThrottle({
    limits: { identity: throttling.requestsPerIdentity, network: throttling.requestsPerNetwork },
    now,
    shared: createSharedCounts({ place: { region, credentials, now, ...dynamo }, table, onTrouble }),
    onRefused: tellTooManyRequests(log.audit),
  });
}
