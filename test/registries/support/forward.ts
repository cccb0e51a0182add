import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import type { AnswerBody, HttpAnswer, HttpHandler, HttpRequest } from "../../../shared/http/messages.ts";

/** What a registry looks at; credentials are for whoever stands before it. */
const PASSED = [
  "host",
  "accept",
  "content-length",
  "content-range",
  "content-type",
  "range",
  "transfer-encoding",
] as const;
/** Of one line, not of the answer. */
const HOP = new Set(["connection", "keep-alive", "transfer-encoding"]);

/** Hands each request on to the registry at `url`, and its answer back, until the test ends. */
export function forwardTo(url: string): HttpHandler {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  return (request) => exchange(request, url, agent);
}

async function exchange(request: HttpRequest, url: string, agent: Agent): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const target = new URL(url + request.path + (request.query === "" ? "" : `?${request.query}`));
  const outgoing = httpRequest(target, { method: request.method, headers: passed(request), agent });
  outgoing.on("response", resolve).on("error", reject);
  if (hasBody(request)) Readable.from(request.body).on("error", reject).pipe(outgoing);
  else outgoing.end();
  return answerOf(await promise, request);
}

const passed = ({ header }: HttpRequest): Record<string, string> =>
  Object.fromEntries(
    PASSED.flatMap((name) => {
      const value = header(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );

const hasBody = ({ header }: HttpRequest): boolean =>
  header("transfer-encoding") !== undefined || (header("content-length") ?? "0") !== "0";

function answerOf(incoming: IncomingMessage, { method }: HttpRequest): HttpAnswer {
  const { statusCode: status = 0, rawHeaders } = incoming;
  const headers: Record<string, string> = {};
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = canonical(rawHeaders[at] ?? "");
    if (!HOP.has(name.toLowerCase())) headers[name] = rawHeaders[at + 1] ?? "";
  }
  const body: AnswerBody =
    method === "HEAD" || incoming.headers["content-length"] === "0"
      ? { kind: "empty" }
      : { kind: "stream", body: incoming };
  if (body.kind === "empty") incoming.resume();
  return { status, headers, body };
}

/** As Berth writes names of headers, since the tests' wrappers look for them as it writes them. */
const canonical = (name: string): string =>
  name.toLowerCase() === "oci-subject"
    ? "OCI-Subject"
    : name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
