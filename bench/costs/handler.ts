import { readFileSync } from "node:fs";
import { FUNCTIONS, type FunctionName, LOGIN_FUNCTIONS, type LoginFunction } from "../../infra/functions.ts";

/** What `npm run bench:functions` has measured last. */
export interface MeasuredHandler {
  /** milliseconds of a processor for one warm event: a pull of a manifest, with the runtime interface client */
  readonly warmPull: number;
  /** when, as ISO 8601 has it */
  readonly at: string;
}

export const HANDLER_FILE = new URL("../results/handler.json", import.meta.url);
export const MEASURED = JSON.parse(readFileSync(HANDLER_FILE, "utf8")) as MeasuredHandler;

/** MB of memory with which a function has one processor whole (AWS Lambda Developer Guide, Configure function memory). */
export const ONE_PROCESSOR = 1769;

/** milliseconds of a warm function beside what it waits for: less memory is a smaller share of a processor. */
export const handlerMilliseconds = (name: PaidFunction): number =>
  MEASURED.warmPull * Math.max(1, ONE_PROCESSOR / memoryOf(name));

export type PaidFunction = FunctionName | LoginFunction;

/** MB */
export const memoryOf = (name: PaidFunction): number => ({ ...FUNCTIONS, ...LOGIN_FUNCTIONS })[name].memory;
