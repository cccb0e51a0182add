import { Complaint } from "../complaint.ts";
import { parseDuration } from "../durations.ts";
import type { Json } from "./connection.ts";

/** A field of an answer, for people; empty where it is absent. */
export function textIn(value: Json, field: string): string {
  const found = value[field];
  return typeof found === "string" ? found : "";
}

/** `2026-11-26T17:50:02.123Z` as `2026-11-26 17:50 UTC`; `otherwise` where there is no time. */
export function minuteIn(value: Json, field: string, otherwise: string): string {
  const text = textIn(value, field);
  return text === "" ? otherwise : `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}

/** A duration of the command line in whole seconds. Complaint where it is none. */
export function secondsOf(flag: string, text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return Math.ceil(milliseconds / 1000);
  throw new Complaint(`${flag} is '${text}': it must be a duration like 30m, 24h or 90d`);
}

/** `never`, or how long an access key is good for. */
export const lifetimeOf = (text: string): { readonly lifetime?: number } =>
  text === "never" ? {} : { lifetime: secondsOf("--expires", text) };

/** What stands in a path for a name. */
export const escaped = encodeURIComponent;
