import type { LogLevel } from "../settings.ts";
import { createLog, type Log } from "./log.ts";
import { type Counts, createMetrics } from "./metrics.ts";

export type Annotate = (key: string, value: string | number) => void;

export interface Trace {
  /** The client, whose calls are recorded from now on, within the request that makes them. */
  readonly watch: <Client extends object>(client: Client) => Client;
  /** Records `work` as a part of its invocation; `annotate` adds what traces can be searched by. */
  readonly record: <Answer>(name: string, work: (annotate: Annotate) => Promise<Answer>) => Promise<Answer>;
}

export interface Telemetry extends Trace {
  readonly log: Log;
  readonly count: (counts: Counts) => void;
}

export interface TelemetrySettings {
  readonly team: string;
  readonly logLevel: LogLevel;
  readonly tracing: "on" | "off";
}

/** What a function tells of itself, by Powertools for AWS Lambda: once per environment. */
export async function openTelemetry({ team, logLevel, tracing }: TelemetrySettings): Promise<Telemetry> {
  const trace = tracing === "on" ? (await import("./trace.ts")).createTrace() : NO_TRACE;
  return { log: createLog({ team, logLevel }), count: createMetrics(team), ...trace };
}

const NO_TRACE: Trace = {
  watch: (client) => client,
  record: (_name, work) => work(() => {}),
};
