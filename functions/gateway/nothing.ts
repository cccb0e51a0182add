import { admit } from "../../shared/http/admission.ts";
import { answered } from "../../shared/http/answered.ts";
import { json } from "../../shared/http/answers.ts";
import { refusal } from "../../shared/http/refusal.ts";
import { parseRoute } from "../../shared/http/route.ts";
import type { HandlerFor } from "./serve.ts";

/**
 * Answers where there is nothing to look up: end-1, and what the gateway has no route for, in the contract's form. An
 * endpoint that exists is not found here, because this function has no right to any store.
 */
export const nothing: HandlerFor = ({ authority, onUnavailable }) =>
  answered(
    async (request) => {
      if (parseRoute(request).kind !== "base.get") return refusal("NOT_FOUND");
      return admit({ authority, request, loginFirst: true }, async () => json(200, {}));
    },
    { onUnavailable, headBody: "as-get" },
  );
