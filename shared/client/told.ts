import type { Answer } from "./messages.ts";

const MOST_TOLD = 200;
/** Some proxies quote the address in their error pages, and that of an upload holds a secret. */
const QUERY = /\?[^\s"'<>]+/g;

/** Request, status, and what else the registry said, in short. */
export function told({ request, status, body }: Answer): string {
  const text = body.toString().replaceAll(QUERY, "?…").replaceAll(/\s+/g, " ").trim();
  return `${request} answered ${status}${text === "" ? "" : ` (${text.slice(0, MOST_TOLD)})`}`;
}
