import type { HttpHandler } from "../../shared/http/messages.ts";
import { refusal } from "../../shared/http/refusal.ts";

/** Hands on HEAD; whoever asks with another method is sent to the registry. */
export const onlyHeads =
  (inner: HttpHandler): HttpHandler =>
  async (request) =>
    request.method === "HEAD"
      ? inner(request)
      : refusal(
          "UNSUPPORTED",
          { reason: "only HEAD is answered here: ask the registry at its own address" },
          { Allow: "HEAD" },
        );
