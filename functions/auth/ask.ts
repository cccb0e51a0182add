import type { Clock } from "../../shared/ports/clock.ts";
import { StoreUnavailableError } from "../../shared/ports/table.ts";
import { type JsonService, type Post, signedPost } from "../stores/signed-post.ts";

export interface Patience {
  /** milliseconds for one answer */
  readonly patience: number;
  readonly attempts: number;
  readonly clock: Pick<Clock, "sleep" | "random">;
}

/** milliseconds: the first pause, which doubles */
const PAUSE = 50;
const TRY_AGAIN = new Set([429, 500, 502, 503, 504]);
/** What AWS's JSON services say of a failure, without the namespace before it. */
const FAILURE = /"(?:__type|code)":"(?:[^"]*#)?(\w+)"/;
const THROTTLED = /^(?:Throttling|ThrottlingException|LimitExceededException|TooManyRequestsException)$/;

/**
 * The text and the headers that a service answers. StoreUnavailableError where no try brings an answer, and where it is a
 * refusal: what is asked here is needed to serve anybody, and nobody is let in without it.
 */
export async function ask(service: JsonService, post: Post, { patience, attempts, clock }: Patience) {
  for (let attempt = 1; ; attempt += 1) {
    const result = await tryOnce(service, post, patience);
    if (result.kind === "answer") return result;
    if (result.kind === "refusal" || attempt === attempts) {
      const { cause } = result;
      throw new StoreUnavailableError(
        `${service.service}: ${result.trouble}`,
        cause === undefined ? {} : { cause },
      );
    }
    await clock.sleep(clock.random() * PAUSE * 2 ** attempt);
  }
}

type Try =
  | { readonly kind: "answer"; readonly text: string; readonly headers: Headers }
  | { readonly kind: "refusal" | "trouble"; readonly trouble: string; readonly cause?: unknown };

async function tryOnce(service: JsonService, post: Post, patience: number): Promise<Try> {
  const { url, headers } = signedPost(service, post);
  const signal = AbortSignal.timeout(patience);
  try {
    const answer = await fetch(url, { method: "POST", headers, body: post.body, signal, redirect: "manual" });
    const text = await answer.text();
    if (answer.ok) return { kind: "answer", text, headers: answer.headers };
    const failure = FAILURE.exec(text)?.[1] ?? answer.headers.get("x-amzn-errortype") ?? "no reason";
    const isPassing = TRY_AGAIN.has(answer.status) || THROTTLED.test(failure);
    return { kind: isPassing ? "trouble" : "refusal", trouble: `it answers ${answer.status} (${failure})` };
  } catch (cause) {
    return { kind: "trouble", trouble: cause instanceof Error ? cause.message : String(cause), cause };
  }
}
