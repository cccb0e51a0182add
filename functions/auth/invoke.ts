import { StoreUnavailableError } from "../../shared/ports/table.ts";
import type { JsonService } from "../stores/signed-post.ts";
import { systemClock } from "../system-clock.ts";
import { ask } from "./ask.ts";
import type { InvokeToken, TokenResult } from "./exchange.ts";

/** A password takes a good part of a second, and so does the start of an environment. */
const PATIENCE = { patience: 10_000, attempts: 2, clock: systemClock } as const;

/** Invokes a function by its name, and waits for what it returns (AWS Lambda API Reference: Invoke). */
export function createInvoke(place: Omit<JsonService, "service">, functionName: string): InvokeToken {
  const path = `/2015-03-31/functions/${functionName}/invocations`;
  const headers = { "content-type": "application/json" };
  return async (event) => {
    const post = { path, headers, body: JSON.stringify(event) };
    const answer = await ask({ ...place, service: "lambda" }, post, PATIENCE);
    const failure = answer.headers.get("x-amz-function-error");
    if (failure !== null) throw new StoreUnavailableError(`the token function failed (${failure})`);
    return JSON.parse(answer.text) as TokenResult;
  };
}
