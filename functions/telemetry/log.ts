import { Logger } from "@aws-lambda-powertools/logger";
import type { LogLevel } from "../settings.ts";
import { SERVICE } from "./names.ts";

export type Log = Pick<Logger, "addContext" | "debug" | "info" | "warn" | "error">;

/** JSON lines on stdout; what is less than `logLevel` is dropped. */
export const createLog = ({ team, logLevel }: { readonly team: string; readonly logLevel: LogLevel }): Log =>
  new Logger({ serviceName: SERVICE, logLevel, persistentKeys: { team } });
