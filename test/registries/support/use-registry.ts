import { useBackend } from "../../client/support/clients.ts";
import { forwardTo } from "./forward.ts";
import type { OtherRegistry } from "./program.ts";

/** Runs the client's own tests in this file over another registry: what they put before Berth stands before that one. */
export function useRegistry({ start, differences }: OtherRegistry): void {
  useBackend({
    start: async () => forwardTo((await start("none")).url),
    differences: new Set(differences),
  });
}
