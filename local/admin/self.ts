import type { Connection, Report } from "./connection.ts";
import { textIn } from "./values.ts";

/** Whether the registry takes the credentials, and whose they are. */
export async function checkLogin(at: Connection): Promise<Report> {
  const json = await at.ask({ method: "GET", path: "self" });
  return { json, lines: [`${at.host} knows you as ${textIn(json, "caller")}.`] };
}
