import type { Caller } from "../../shared/registry/registry.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { About } from "./about.ts";

export interface Answered {
  readonly about: About;
  readonly method: string;
  readonly status: number;
  /** of what was pulled or pushed */
  readonly digest: string | undefined;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly caller: Caller;
  readonly milliseconds: number;
}

/** One line and one count of everything for each request. */
export function tellAnswer({ log, count }: Pick<Telemetry, "log" | "count">, answered: Answered): void {
  const { about, method, status, digest, bytesIn, bytesOut, caller, milliseconds } = answered;
  const sizes = { bytesIn, bytesOut };
  const line = {
    ...about,
    ...(digest !== undefined && { digest }),
    method,
    status,
    ...sizes,
    caller: caller.name,
    milliseconds: Math.round(milliseconds * 10) / 10,
  };
  if (status >= 500) log.error("answered", line);
  else log.info("answered", line);
  count({ status, ...sizes });
}
