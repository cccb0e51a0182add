import { once } from "node:events";
import { createServer, request as forward, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inject } from "vitest";

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly length: "Content-Length" | "chunked transfer encoding" | "no body";
  readonly ranged: boolean;
  readonly status: number;
  readonly bytes: number;
}

/**
 * Lets a client work through a proxy on loopback, and tells in which requests it sent its largest blob:
 * `POST, PATCH (Content-Length), PUT`. A sequence of ranged chunks is told as one word.
 */
export async function uploadRequests(work: (host: string) => Promise<unknown>): Promise<string> {
  const seen: Seen[] = [];
  const proxy = createProxy(inject("registry"), seen);
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  try {
    await work(`127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  } finally {
    proxy.close();
    proxy.closeAllConnections();
  }
  return describeLargest(seen);
}

function createProxy(registry: string, seen: Seen[]): Server {
  const [hostname = "", port = ""] = registry.split(":");
  return createServer((incoming, outgoing) => {
    let bytes = 0;
    incoming.on("data", (chunk: Uint8Array) => (bytes += chunk.length));
    const { method = "", url = "", headers } = incoming;
    const onward = forward({ hostname, port, method, path: url, headers }, (answer) => {
      seen.push({ method, url, ...framing(incoming), status: answer.statusCode ?? 0, bytes });
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", (cause) => outgoing.destroy(cause));
    incoming.pipe(onward);
  });
}

function framing({ headers }: IncomingMessage): Pick<Seen, "length" | "ranged"> {
  const chunked = headers["transfer-encoding"] !== undefined;
  const length = chunked
    ? "chunked transfer encoding"
    : Number(headers["content-length"] ?? 0) > 0
      ? "Content-Length"
      : "no body";
  return { length, ranged: headers["content-range"] !== undefined };
}

/** The requests of the upload that carried most bytes; an upload is told by the path of its Location. */
function describeLargest(seen: readonly Seen[]): string {
  const uploads = Map.groupBy(
    seen.filter(
      ({ method, url, status }) =>
        /^(?:PATCH|PUT)$/.test(method) && url.includes("/blobs/uploads/") && status < 300,
    ),
    ({ url }) => url.split("?")[0] ?? url,
  );
  const total = (requests: readonly Seen[]) => requests.reduce((sum, { bytes }) => sum + bytes, 0);
  const largest = [...uploads.values()].toSorted((one, other) => total(other) - total(one))[0] ?? [];
  const words = largest.map(({ method, length, ranged }) => {
    if (length === "no body") return method;
    return `${method} (${ranged ? "Content-Range" : length})`;
  });
  return ["POST", ...words.filter((word, position) => word !== words[position - 1])].join(", ");
}
