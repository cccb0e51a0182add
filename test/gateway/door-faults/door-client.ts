import { createHash } from "node:crypto";
import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request as open } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** What a client hears of a request. */
export type Heard =
  | { readonly kind: "answer"; readonly status: number; readonly range: string | undefined }
  /** the connection ended before an answer */
  | { readonly kind: "cut" };

export interface Ask {
  readonly method: "PATCH" | "PUT" | "GET" | "DELETE";
  /** path and query */
  readonly path: string;
  /** bytes with a Content-Length, a stream without */
  readonly body?: Uint8Array | Readable;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request on a connection of its own, as a client without any cleverness sends it. */
export async function ask(port: number, { method, path, body, headers = {} }: Ask): Promise<Heard> {
  const length = body instanceof Uint8Array ? { "Content-Length": String(body.length) } : {};
  const outgoing = open({
    host: "127.0.0.1",
    port,
    method,
    path,
    agent: false,
    headers: { ...length, ...headers },
  });
  const heard = answerTo(outgoing);
  outgoing.flushHeaders();
  if (body instanceof Readable) await pipeline(body, outgoing).catch(() => {});
  else outgoing.end(body);
  return heard;
}

function answerTo(outgoing: ClientRequest): Promise<Heard> {
  const answered = async (): Promise<Heard> => {
    const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
    await answer.resume().toArray();
    return { kind: "answer", status: answer.statusCode ?? 0, range: answer.headers.range };
  };
  return answered().catch(() => ({ kind: "cut" }) as const);
}

export const statusOf = (heard: Heard | undefined): number | "cut" =>
  heard?.kind === "answer" ? heard.status : "cut";

export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** In pieces of 64 KiB and without a length, as a client sends what it compresses meanwhile. */
export const streamed = (bytes: Uint8Array): Readable =>
  Readable.from(piecesOf(bytes), { objectMode: false, highWaterMark: PIECE });

const PIECE = 65_536;

export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

/** Where an upload stands, by the answer that tells it: bytes. */
export function offsetOf(heard: Heard): number {
  const last = Number((heard.kind === "answer" ? heard.range : undefined)?.split("-")[1]);
  // `0-0` is nothing, and one byte; nobody here sends one byte.
  return last === 0 ? 0 : last + 1;
}

export const chunkFrom = (bytes: Uint8Array, first: number): Pick<Ask, "body" | "headers"> => ({
  body: bytes.subarray(first),
  headers: { "Content-Range": `${first}-${bytes.length - 1}` },
});

export const closing = (path: string, digest: string): string => `${path}&digest=${digest}`;

/** A whole body without a length, which is no last one. */
export const patchWhole = (port: number, path: string, bytes: Uint8Array): Promise<Heard> =>
  ask(port, { method: "PATCH", path, body: streamed(bytes) });

/** The PUT that has nothing more to send. */
export const putEmpty = (port: number, path: string, digest: string): Promise<Heard> =>
  ask(port, { method: "PUT", path: closing(path, digest) });
