import { once } from "node:events";
import { createServer } from "node:net";

/** A port of this machine on which nobody listens: for a server that can't choose one, or for nobody to answer at. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  const server = createServer().listen({ host, port: 0 });
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error(`${host} gives no port`);
  return address.port;
}
