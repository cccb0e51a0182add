import { request } from "node:http";
import type { TestRegistry } from "../../support/registry.ts";

export interface RawRequest {
  readonly method: string;
  /** goes out as it is: fetch would tidy it up */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Content-Length, where it is not that of the body */
  readonly announce?: number;
  /** goes away once the body is sent, without an answer */
  readonly leave?: boolean;
}
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** of the first error; "none" where the body has none */
  readonly code: string;
}

/** A request as no tidy client would send it. */
export async function send(registry: Pick<TestRegistry, "port">, raw: RawRequest): Promise<RawAnswer> {
  const { method, path, headers = {}, body = Buffer.alloc(0), announce = body.length, leave = false } = raw;
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const outgoing = request({
    port: registry.port,
    host: "127.0.0.1",
    method,
    path,
    agent: false,
    headers: { ...headers, "Content-Length": announce },
  });
  outgoing.on("error", (error) => (leave ? resolve(GONE) : reject(error)));
  outgoing.on("response", (incoming) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, code: codeIn(text) });
    });
  });
  outgoing.write(body, () => {
    if (leave) outgoing.destroy(new Error("the client leaves"));
    else outgoing.end();
  });
  return promise;
}

const GONE: RawAnswer = { status: 0, headers: {}, text: "", code: "none" };

function codeIn(text: string): string {
  if (!text.startsWith("{")) return "none";
  const { errors = [] } = JSON.parse(text) as { errors?: { code: string }[] };
  return errors[0]?.code ?? "none";
}
