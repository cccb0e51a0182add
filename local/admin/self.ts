import { AdminRefusal, type Connection, type Report } from "./connection.ts";
import { textIn } from "./values.ts";

/** Whether the registry takes the credentials, and whose they are. AdminRefusal where there are none. */
export async function checkLogin(at: Connection): Promise<Report> {
  const json = await at.ask({ method: "GET", path: "self" });
  if (textIn(json, "caller") === "anonymous") {
    throw new AdminRefusal(
      `there are no credentials for ${at.host}, which takes you for anonymous: log in with docker login ${at.host}, ` +
        "or set BERTH_USERNAME and BERTH_PASSWORD",
    );
  }
  return { json, lines: [`${at.host} knows you as ${textIn(json, "caller")}.`] };
}
