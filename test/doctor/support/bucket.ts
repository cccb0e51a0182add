import type { HttpAnswer, HttpHandler } from "../../../shared/http/messages.ts";
import type { Blobs } from "../../../shared/ports/blobs.ts";
import { collect } from "../../support/bodies.ts";
import type { Breaks } from "./patient.ts";

export interface BucketOptions {
  /** under which name clients find it; localhost, which is another than the registry's 127.0.0.1 */
  readonly host?: string;
  /** of the signed URLs, with its question mark */
  readonly query?: string;
  /** everyone may read it, without a signature */
  readonly isPublic?: boolean;
  readonly breaks?: Breaks;
}

const refused: HttpAnswer = { status: 403, headers: { "Content-Length": "0" }, body: { kind: "empty" } };

/** Serves objects to whoever has a signed URL, in whole or in part, with S3's own headers only. */
export function bucketHandler(blobs: Blobs, { isPublic = false }: BucketOptions): HttpHandler {
  return async ({ path, query, header }) => {
    if (!isPublic && !query.includes("X-Amz-Signature=right")) return refused;
    const body = await blobs.read(path.slice(1));
    if (!body) return refused;
    const whole = await collect(body);
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(header("range") ?? "") ?? [];
    if (from === undefined) return sent(200, whole);
    const last = to ? Number(to) : whole.length - 1;
    const part = whole.subarray(Number(from), last + 1);
    return sent(206, part, { "Content-Range": `bytes ${from}-${last}/${whole.length}` });
  };
}

const sent = (status: number, bytes: Uint8Array, headers = {}): HttpAnswer => ({
  status,
  headers: { "Content-Type": "binary/octet-stream", "Content-Length": String(bytes.length), ...headers },
  body: { kind: "bytes", bytes },
});
