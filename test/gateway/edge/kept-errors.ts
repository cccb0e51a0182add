import type { IncomingMessage } from "node:http";

/** An error as it came from its origin. */
export interface KeptError {
  readonly status: number;
  /** name, value, name, value …, as Node has what came over the wire */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Those that CloudFront keeps whatever their headers say ("HTTP 4xx and 5xx status codes that CloudFront caches"). */
const KEPT = new Set([404, 414, 500, 501, 502, 503, 504]);
/** milliseconds: "CloudFront caches error responses for a default duration of 10 seconds" */
const DEFAULT = 10_000;

/**
 * The errors that a distribution keeps, by their path alone. That CachingDisabled would keep it from that is not documented;
 * what the distribution itself says of a status (milliseconds) is.
 */
export class KeptErrors {
  readonly #kept = new Map<string, { readonly error: KeptError; readonly until: number }>();
  readonly #times: ReadonlyMap<number, number>;

  constructor(times: ReadonlyMap<number, number>) {
    this.#times = times;
  }

  find(method: string, path: string): KeptError | undefined {
    const found = isRead(method) ? this.#kept.get(path) : undefined;
    return found !== undefined && found.until > Date.now() ? found.error : undefined;
  }

  /** Takes what the origin answers while it passes. */
  watch(method: string, path: string, answer: IncomingMessage): void {
    const { statusCode: status = 0, rawHeaders: headers } = answer;
    const time = KEPT.has(status) ? (this.#times.get(status) ?? DEFAULT) : 0;
    if (!isRead(method) || time === 0) return;
    const pieces: Buffer[] = [];
    answer.on("data", (piece: Buffer) => pieces.push(piece));
    answer.on("end", () =>
      this.#kept.set(path, {
        error: { status, headers, body: Buffer.concat(pieces) },
        until: Date.now() + time,
      }),
    );
  }
}

const isRead = (method: string): boolean => method === "GET" || method === "HEAD";
