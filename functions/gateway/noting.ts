import type { Authority } from "../../shared/http/authority.ts";
import type { Caller } from "../../shared/registry/registry.ts";

/** An authority for one request, and whom it found: who showed nothing, or nothing true, is anonymous. */
export function noting(authority: Authority): {
  readonly authority: Authority;
  readonly caller: () => Caller;
} {
  let caller: Caller = { name: "anonymous" };
  return {
    authority: {
      ...authority,
      authenticate: async (request) => {
        const sender = await authority.authenticate(request);
        if (sender.kind === "known") caller = sender.access.caller;
        return sender;
      },
    },
    caller: () => caller,
  };
}
