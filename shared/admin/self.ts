import { json } from "../http/answers.ts";
import type { Endpoint } from "./endpoint.ts";

/** Tells whoever is logged in who that is: `berth login-check`. */
export const SELF: Endpoint = {
  method: "GET",
  path: "self",
  needs: "login",
  answer: async ({ access }) => json(200, { caller: access.caller.name }),
};
