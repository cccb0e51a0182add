import type { IncomingMessage, ServerResponse } from "node:http";
import type { Judge } from "./identities.ts";
import type { Access } from "./policy.ts";
import { bytesOf, headersOf, type Proxy, startProxy } from "./proxy.ts";
import { claimOf, sha256 } from "./sigv4.ts";

export interface JsonRequest {
  readonly path: string;
  /** X-Amz-Target, where there is one */
  readonly target: string;
  readonly body: string;
}

/** What a request needs to be allowed, and what it gets. */
export interface Asked {
  readonly access: Access;
  readonly answer: () => Promise<JsonAnswer>;
}

export interface JsonAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface JsonServiceOptions {
  readonly judge: Judge;
  /** undefined for what the service does not know */
  readonly asked: (request: JsonRequest) => Asked | undefined;
  readonly log: (line: string) => void;
}

/** A service of AWS as a role sees it, which is asked with JSON in a POST that is signed in its headers. */
export function startJsonService(options: JsonServiceOptions): Promise<Proxy> {
  const { log } = options;
  return startProxy({
    host: "127.0.0.1",
    log,
    handle: (request, response) => handle(request, response, options),
  });
}

export const failure = (status: number, type: string, message = ""): JsonAnswer => ({
  status,
  body: JSON.stringify({ __type: type, message }),
});

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { judge, asked }: JsonServiceOptions,
): Promise<void> {
  const body = await bytesOf(request);
  const headers = headersOf(request);
  const { method = "", url: path = "/" } = request;
  const target = headers["x-amz-target"] ?? "";
  const send = ({ status, body: text, headers: own = {} }: JsonAnswer): void =>
    void response.writeHead(status, { "Content-Type": "application/x-amz-json-1.1", ...own }).end(text);
  const wanted = method === "POST" ? asked({ path, target, body: body.toString("utf8") }) : undefined;
  if (wanted === undefined) return send(failure(400, "UnknownOperationException"));
  const signable = { method, path, query: "", headers };
  const claim = claimOf(signable, { bodyHash: sha256(body) });
  const verdict = judge.judge(signable, claim, [wanted.access]);
  if (verdict.kind === "refused") return send(failure(400, `${verdict.code}Exception`, verdict.message));
  send(await wanted.answer());
}
