import type { Login } from "../../../shared/auth/authenticate.ts";
import { createLogIn, type Trust } from "../../../shared/auth/log-in.ts";
import { PEOPLE } from "./people.ts";

/** As requests log in, where nothing else is said. */
export function openLogIn(...parts: Parameters<typeof createLogIn>) {
  const opened = createLogIn(...parts);
  return (login: Login, trust: Trust = "remembered") => opened(login, trust);
}

export const right = { name: "ben", secret: PEOPLE["ben"]?.secret ?? "", from: "192.0.2.1" };
