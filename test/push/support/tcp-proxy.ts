import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach } from "vitest";

export interface TcpProxy {
  /** host and port, as image names have it */
  readonly host: string;
  /** bytes that clients have sent so far, headers among them */
  readonly sent: () => number;
  /** Cuts every connection once clients have sent so many bytes more. */
  readonly cutAfter: (bytes: number) => void;
  /** Resolves when clients have sent so many bytes in all. */
  readonly reached: (bytes: number) => Promise<void>;
}

const stops: (() => void)[] = [];

/** To be called once in a file that uses `tcpProxy`. */
export function stopProxies(): void {
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });
}

/** A line to a port of this machine that can be cut. */
export async function tcpProxy(port: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const waiters: { readonly bytes: number; readonly resolve: () => void }[] = [];
  let [sent, cutAt] = [0, Number.POSITIVE_INFINITY];
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const onward = connect({ host: "127.0.0.1", port });
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket
        .on("error", () => {})
        .on("close", () => {
          sockets.delete(socket);
          client.destroy();
          onward.destroy();
        });
    }
    client.on("data", (chunk) => {
      sent += chunk.length;
      for (const { bytes, resolve } of waiters) if (sent >= bytes) resolve();
      if (sent < cutAt) return;
      cutAt = Number.POSITIVE_INFINITY;
      cut();
    });
    client.pipe(onward).pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(() => {
    cut();
    server.close();
  });
  const address = server.address();
  return {
    host: `127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    sent: () => sent,
    cutAfter: (bytes) => {
      cutAt = sent + bytes;
    },
    reached: (bytes) => new Promise((resolve) => waiters.push({ bytes, resolve })),
  };
}
