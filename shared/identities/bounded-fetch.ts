/** The part of `fetch` that verifying somebody's word takes. */
export type Fetch = (
  url: URL,
  init: {
    readonly headers: Readonly<Record<string, string>>;
    readonly redirect: "manual";
    readonly signal: AbortSignal;
  },
) => Promise<Response>;

export interface Bounds {
  /** milliseconds for the whole exchange */
  readonly patience: number;
  /** bytes of the answer, once it is unpacked */
  readonly most: number;
}

export interface BoundedAnswer {
  readonly status: number;
  readonly text: string;
}

/** Somebody outside, whom a login needs, gave no answer that can be used; the message is a clause for people. */
export class OutsideTrouble extends Error {
  override readonly name = "OutsideTrouble";
}

/** GETs `url` and nothing else: a redirect is not followed. Throws an OutsideTrouble where no answer comes within bounds. */
export async function boundedFetch(
  fetch: Fetch,
  url: URL,
  { patience, most, headers = {} }: Bounds & { readonly headers?: Readonly<Record<string, string>> },
): Promise<BoundedAnswer> {
  const signal = AbortSignal.timeout(patience);
  try {
    const response = await fetch(url, { headers, redirect: "manual", signal });
    return { status: response.status, text: await textOf(response, url, most) };
  } catch (cause) {
    if (cause instanceof OutsideTrouble) throw cause;
    const trouble = signal.aborted
      ? `does not answer within ${patience / 1000} s`
      : `can't be reached${codeOf(cause)}`;
    throw new OutsideTrouble(`${url.host} ${trouble}`, { cause });
  }
}

/** `fetch` hides the reason in the cause of its error. */
function codeOf(error: unknown): string {
  const reason = error instanceof Error ? error.cause : undefined;
  return reason instanceof Error && "code" in reason ? ` (${String(reason.code)})` : "";
}

async function textOf({ body }: Response, url: URL, most: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  // Leaving the loop cancels what still comes.
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > most) throw new OutsideTrouble(`${url.host} answers more than ${most} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
