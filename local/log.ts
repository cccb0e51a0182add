import pino, { type Logger } from "pino";
import type { Audit } from "../shared/audit/event.ts";
import type { LogLevel } from "./log-levels.ts";
import { printable } from "./printable.ts";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error" | "fatal" | "isLevelEnabled"> & {
  /** Lines of their own, which no level but `silent` drops. */
  readonly audit: Audit;
};

export interface LogFile {
  readonly log: Log;
  /** Writes what is still in memory, before the process ends. */
  readonly flush: () => void;
}

/** Lines are gathered and written together: a write per request would cost more than many a request. */
const GATHERED_BYTES = 4096;
const GATHERED_MILLISECONDS = 200;

/** JSON lines on stderr; what is less than `level` is dropped. */
export function openLog(level: LogLevel): LogFile {
  const destination = pino.destination({
    dest: 2,
    sync: false,
    minLength: GATHERED_BYTES,
    periodicFlush: GATHERED_MILLISECONDS,
  });
  // Of what JSON may hold as it is, a terminal obeys some, and most of it comes from clients.
  const hooks = { streamWrite: printable };
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks }, destination);
  const trail = log.child({}, { level: level === "silent" ? level : "info" });
  const audit: Audit = (event) => trail.info({ audit: event }, "audit");
  return { log: Object.assign(log, { audit }), flush: () => destination.flushSync() };
}
