import { OPEN } from "../../../shared/http/authority.ts";
import type { HttpAnswer, HttpRequest } from "../../../shared/http/messages.ts";
import { createHttpHandler, type HttpHandlerOptions } from "../../../shared/http/serve.ts";
import type { ByteStream } from "../../../shared/ports/blobs.ts";
import type { Registry } from "../../../shared/registry/registry.ts";

export interface Asked {
  readonly method?: string;
  /** path, and query where there is one */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: readonly Uint8Array[];
  /** instead of `body` */
  readonly stream?: ByteStream;
}

/** A request as a handler gets it. */
export function requestOf({ method = "GET", target, headers = {}, body = [], stream }: Asked): HttpRequest {
  const [path = "", query = ""] = target.split("?", 2);
  return {
    method,
    path,
    query,
    header: (name) => headers[name],
    body: stream ?? streamOf(body),
  };
}

async function* streamOf(chunks: readonly Uint8Array[]): ByteStream & AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** A registry that can do what a test needs of it; anything else is a mistake of the test, or of the handler. */
function registryWith(operations: Partial<Registry>): Registry {
  return new Proxy(operations, {
    get: (target, name) =>
      Reflect.get(target, name) ?? (() => Promise.reject(new Error(`unexpected call of ${String(name)}`))),
  }) as Registry;
}

export const ask = (
  operations: Partial<Registry>,
  asked: Asked,
  options: Partial<Omit<HttpHandlerOptions, "registry">> = {},
): Promise<HttpAnswer> =>
  createHttpHandler({ registry: registryWith(operations), authority: OPEN, ...options })(requestOf(asked));

/** The body of an answer, whatever its kind. */
export async function bytesOf({ body }: HttpAnswer): Promise<Buffer> {
  switch (body.kind) {
    case "empty":
      return Buffer.alloc(0);
    case "bytes":
      return Buffer.from(body.bytes);
    case "stream":
      return Buffer.concat(await Array.fromAsync(body.body));
  }
}

export const jsonOf = async (answer: HttpAnswer): Promise<unknown> =>
  JSON.parse((await bytesOf(answer)).toString());
