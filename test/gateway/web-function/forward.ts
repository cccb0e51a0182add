import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request as open } from "node:http";
import { headersOf } from "../rights/proxy.ts";
import { REMOVED_HEADERS } from "./limits.ts";

/**
 * Sends the whole of a request on before anything of the answer is looked at, no faster than it is taken. An answer that
 * comes early waits, and where its program reads no more, so does the request. Rejects where either side goes away, or
 * `over` comes first.
 */
export async function forwardWhole(
  incoming: IncomingMessage,
  port: number,
  over: AbortSignal,
): Promise<IncomingMessage> {
  const { method = "", url: path = "/" } = incoming;
  const headers = passedOn(incoming);
  const outgoing = open({ host: "127.0.0.1", port, method, path, headers, agent: false, signal: over });
  const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
  answered.catch(() => {});
  try {
    await pipeWhole(incoming, outgoing);
    const [answer] = await answered;
    return answer;
  } catch (cause) {
    outgoing.destroy();
    throw cause;
  }
}

/** Resolves when all of the body is handed over: `pipeline` would wait for the answer, too. */
function pipeWhole(incoming: IncomingMessage, outgoing: ClientRequest): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  incoming.once("end", resolve).once("error", reject);
  incoming.once("close", () => reject(new Error("the client went away")));
  outgoing.on("error", reject);
  outgoing.once("close", () => reject(new Error("the program closed the connection")));
  incoming.pipe(outgoing);
  return promise;
}

function passedOn(incoming: IncomingMessage): Record<string, string> {
  const named = (incoming.headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  const entries = Object.entries(headersOf(incoming)).filter(
    ([name]) => !REMOVED_HEADERS.has(name) && !named.includes(name) && !name.startsWith("lambda-web-"),
  );
  const connection = "keep-alive";
  return {
    ...Object.fromEntries(entries),
    connection,
    "x-forwarded-for": incoming.socket.remoteAddress ?? "",
  };
}
