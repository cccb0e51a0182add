import type { Authority } from "../../http/authority.ts";
import { ANONYMOUS, type Throttle } from "./throttle.ts";

/** Counts each request for whom an authority finds behind it, before anything else is done for them. */
export const throttled = (authority: Authority, throttle: Throttle): Authority => ({
  ...authority,
  authenticate: async (request) => {
    const sender = await authority.authenticate(request);
    const name = sender.kind === "known" ? sender.access.caller.name : ANONYMOUS;
    await throttle.count({ name, from: request.clientAddress });
    return sender;
  },
});
