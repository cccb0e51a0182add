import { BlobStoreUnavailableError, type ByteStream } from "../../shared/ports/blobs.ts";
import type { Clock } from "../../shared/ports/clock.ts";

/** An answer of S3; its body must be read to the end, or dropped. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: () => Promise<string>;
  /** The body; throws a BlobStoreUnavailableError where it breaks off. */
  readonly bytes: () => ByteStream;
  readonly drop: () => Promise<void>;
}

interface Ask {
  readonly method: "GET" | "HEAD";
  readonly headers: Readonly<Record<string, string>>;
}

/** milliseconds: S3 begins to answer within some tens, and sends on without long pauses */
const PATIENCE = 5000;
const ATTEMPTS = 3;
/** milliseconds: the first pause, which doubles */
const PAUSE = 50;
/** S3's words for "try again" (Amazon S3 API Reference, Error responses: SlowDown, InternalError, ServiceUnavailable) */
const TRY_AGAIN = new Set([429, 500, 502, 503, 504]);

/**
 * Asks for a signed URL, which `sign` makes anew for each of three tries; reading does no harm when it is repeated.
 * Throws a BlobStoreUnavailableError where no try brings an answer.
 */
export async function signedFetch(
  clock: Pick<Clock, "sleep" | "random">,
  sign: () => string,
  ask: Ask,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await tryOnce(sign(), ask);
    if (result.kind === "answer") return result.answer;
    if (attempt === ATTEMPTS) {
      throw new BlobStoreUnavailableError(`S3 can't be read now: ${result.trouble}`, { cause: result.cause });
    }
    await clock.sleep(clock.random() * PAUSE * 2 ** attempt);
  }
}

type Try =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "trouble"; readonly trouble: string; readonly cause?: unknown };

async function tryOnce(url: string, { method, headers }: Ask): Promise<Try> {
  const stop = new AbortController();
  try {
    const { signal } = stop;
    const response = await within(stop, fetch(url, { method, headers, redirect: "manual", signal }));
    if (!TRY_AGAIN.has(response.status)) return { kind: "answer", answer: answerOf(response, stop) };
    await response.body?.cancel();
    return { kind: "trouble", trouble: `it answers ${response.status}` };
  } catch (cause) {
    return { kind: "trouble", trouble: reasonOf(cause), cause };
  }
}

/** `fetch` hides the reason in the cause of its error. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message} (${cause.cause.message})` : cause.message;
}

function answerOf(response: Response, stop: AbortController): Answer {
  const { status, headers, body } = response;
  return {
    status,
    headers,
    text: () => within(stop, response.text()),
    bytes: () => (body ? bytesOf(body, stop) : nothing()),
    drop: async () => body?.cancel(),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function* bytesOf(body: ReadableStream<Uint8Array>, stop: AbortController): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  const next = async () => {
    try {
      return await within(stop, reader.read());
    } catch (cause) {
      throw new BlobStoreUnavailableError(`S3 broke off: ${reasonOf(cause)}`, { cause });
    }
  };
  try {
    for (let chunk = await next(); !chunk.done; chunk = await next()) yield chunk.value;
  } finally {
    // What nobody waits for any more need not be sent.
    await reader.cancel().catch(() => {});
  }
}

/** Only what we wait for is timed, never what the reader of the bytes does between. */
async function within<Result>(stop: AbortController, work: Promise<Result>): Promise<Result> {
  const timer = setTimeout(() => stop.abort(new Error(`silent for ${PATIENCE / 1000} s`)), PATIENCE);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
