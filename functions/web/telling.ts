import type { HttpAnswer, HttpHandler, HttpRequest } from "../../shared/http/messages.ts";
import type { ByteStream } from "../../shared/ports/blobs.ts";
import type { Caller } from "../../shared/registry/registry.ts";
import type { ServerLog } from "../../shared/server/server-log.ts";
import { aboutRequest } from "../gateway/about.ts";
import { tellAnswer } from "../gateway/tell-answer.ts";
import { errorText } from "../telemetry/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** Answers, and says who has asked, where it knows: whoever goes on with an upload has shown its secret, and no name. */
type Answering = (request: HttpRequest, isBy: (caller: Caller) => void) => Promise<HttpAnswer>;

const ANONYMOUS: Caller = { name: "anonymous" };

/** Tells what was asked and answered, as the functions behind the API do. */
export const telling =
  (telemetry: Telemetry, inner: Answering): HttpHandler =>
  async (request) => {
    const startedAt = performance.now();
    const meter = { bytes: 0 };
    let caller = ANONYMOUS;
    const body = { [Symbol.asyncIterator]: () => metered(request.body, meter) };
    const answer = await inner({ ...request, body }, (known) => {
      caller = known;
    });
    tellAnswer(telemetry, {
      about: aboutRequest(request),
      method: request.method,
      status: answer.status,
      digest: answer.headers["Docker-Content-Digest"],
      bytesIn: meter.bytes,
      bytesOut: sizeOf(answer),
      caller,
      milliseconds: performance.now() - startedAt,
    });
    return answer;
  };

async function* metered(body: ByteStream, meter: { bytes: number }): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    meter.bytes += chunk.length;
    yield chunk;
  }
}

const sizeOf = ({ body }: HttpAnswer): number => (body.kind === "bytes" ? Buffer.byteLength(body.bytes) : 0);

/** The server's own words: only what goes wrong, since each answer is told above. */
export function serverLog({ log }: Telemetry): ServerLog {
  const write =
    (level: "info" | "warn" | "error") =>
    ({ err, ...about }: Readonly<Record<string, unknown>>, text: string): void =>
      log[level](text, { ...about, ...(err !== undefined && { error: errorText(err) }) });
  return {
    debug: () => {},
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    isLevelEnabled: () => false,
  };
}
