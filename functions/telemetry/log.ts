import { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import type { Audit } from "../../shared/audit/event.ts";
import type { LogLevel } from "../settings.ts";
import { SERVICE } from "./names.ts";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error"> & {
  /** Which invocation the lines after it are of. */
  readonly addContext: (context: Context) => void;
  /** Lines of their own, which no level drops. */
  readonly audit: Audit;
};

/** JSON lines on stdout; what is less than `logLevel` is dropped. */
export function createLog({ team, logLevel }: { readonly team: string; readonly logLevel: LogLevel }): Log {
  const about = { serviceName: SERVICE, persistentKeys: { team } };
  const log = new Logger({ ...about, logLevel });
  const trail = new Logger({ ...about, logLevel: "info" });
  return {
    debug: log.debug.bind(log),
    info: log.info.bind(log),
    warn: log.warn.bind(log),
    error: log.error.bind(log),
    addContext: (context) => {
      log.addContext(context);
      trail.addContext(context);
    },
    audit: (event) => trail.info("audit", { audit: event }),
  };
}
