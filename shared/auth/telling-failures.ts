import type { Login } from "./authenticate.ts";
import type { LogIn } from "./log-in.ts";

/** Told of credentials that were wrong, as often as they are looked at: who has to wait first is not told of again. */
export type OnFailedLogin = (login: Pick<Login, "name" | "from">) => void;

export const tellingFailures =
  (logIn: LogIn, tell: OnFailedLogin): LogIn =>
  async (login, trust) => {
    const found = await logIn(login, trust);
    if (found === "unknown") tell({ name: login.name, from: login.from });
    return found;
  };
