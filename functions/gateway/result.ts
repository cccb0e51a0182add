import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { HttpAnswer } from "../../shared/http/messages.ts";
import type { ByteStream } from "../../shared/ports/blobs.ts";

/** What the HTTP API takes from a function (payload format 2.0). */
export interface GatewayResult extends APIGatewayProxyStructuredResultV2 {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
}

export const RESULT_LIMITS = {
  /** bytes of a result as JSON, its body in base64: what a function may answer at most (Lambda quotas: 6 MB) */
  result: 6 * 1024 * 1024,
  /** bytes of all header names and values (HTTP API quotas) */
  headers: 10_240,
} as const;

/** An answer that the way to the client would cut or drop. It says which limit, and what to do: a defect of ours. */
export class UnfitAnswerError extends Error {
  override readonly name = "UnfitAnswerError";
}

/**
 * The answer as the gateway takes it; its body in base64 always, which no content type and no encoding can spoil.
 * UnfitAnswerError where it exceeds a limit, or its body is not as long as its headers say.
 */
export async function resultOf({ status, headers, body }: HttpAnswer): Promise<GatewayResult> {
  requireSmall(headers);
  if (body.kind === "empty") return { statusCode: status, headers: { ...headers } };
  const room = roomFor(status, headers);
  const bytes = body.kind === "bytes" ? Buffer.from(body.bytes) : await gather(body.body, room);
  if (bytes.length > room) throw tooLarge(room);
  const announced = headers["Content-Length"];
  if (announced !== undefined && announced !== String(bytes.length)) {
    throw new UnfitAnswerError(`the body has ${bytes.length} bytes where its headers say ${announced}`);
  }
  return {
    statusCode: status,
    headers: { ...headers, "Content-Length": String(bytes.length) },
    body: bytes.toString("base64"),
    isBase64Encoded: true,
  };
}

/** Bytes of the body of a result: none for HEAD of a blob, whose Content-Length tells of the blob. */
export const bodySize = ({ body = "" }: GatewayResult): number => Buffer.byteLength(body, "base64");

function requireSmall(headers: HttpAnswer["headers"]): void {
  const size = Object.entries(headers).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (size <= RESULT_LIMITS.headers) return;
  throw new UnfitAnswerError(
    `the answer has ${size} bytes of headers, and API Gateway takes ${RESULT_LIMITS.headers}`,
  );
}

/** The most bytes of a body beside these headers: three for each four characters that are left. */
function roomFor(status: number, headers: HttpAnswer["headers"]): number {
  const frame = JSON.stringify({
    statusCode: status,
    headers: { ...headers, "Content-Length": "0".repeat(16) },
    body: "",
    isBase64Encoded: true,
  });
  return Math.floor((RESULT_LIMITS.result - Buffer.byteLength(frame)) / 4) * 3;
}

async function gather(body: ByteStream, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) throw tooLarge(most);
    // A copy: a chunk may be valid only until the next one is asked for.
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

const tooLarge = (most: number): UnfitAnswerError =>
  new UnfitAnswerError(
    `the answer's body has more than ${most} bytes, which is the most that a Lambda function can send: ` +
      "let the blob store answer with a redirect, or ask for a range",
  );
