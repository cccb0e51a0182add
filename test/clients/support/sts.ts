import { once } from "node:events";
import { createServer as createProxy } from "node:http";
import { createServer, type Server } from "node:https";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createSts, type Sts, type StsAccount } from "../../identities/support/sts.ts";
import { tlsOptions } from "./tls.ts";

export const REGION = "eu-central-1";
/** the one host of STS that the certificate of the tests names */
const HOST = `sts.${REGION}.amazonaws.com`;

/** AWS STS on this machine, under its own name. */
export interface PlayedSts {
  /** of a process that shall meet it where it asks AWS: beside the certificate that it has to trust */
  readonly variables: Readonly<Record<string, string>>;
  /** the hosts that were to be reached through it, in order */
  readonly reached: readonly string[];
  /** what STS was asked, in order */
  readonly asked: readonly URL[];
  readonly stop: () => Promise<void>;
}

/**
 * A stand-in of STS that verifies signatures, behind a proxy that leads its host there and nobody anywhere else. The process
 * that asks is told nothing but the proxy (Node.js, NODE_USE_ENV_PROXY): it asks AWS by name, and checks a certificate.
 */
export async function startSts(accounts: readonly StsAccount[]): Promise<PlayedSts> {
  const played = createSts(accounts, Date.now);
  const sts = await startServer(played);
  const reached: string[] = [];
  const proxy = createProxy((_, response) => void response.writeHead(403).end());
  proxy.on("connect", ({ url = "" }, socket: Duplex) => {
    reached.push(url);
    if (url === `${HOST}:443`) void tunnel(socket, portOf(sts));
    else socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  return {
    reached,
    asked: played.asked,
    variables: {
      NODE_USE_ENV_PROXY: "1",
      HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
      NO_PROXY: "localhost,127.0.0.1",
    },
    stop: async () => {
      for (const server of [proxy, sts]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

async function startServer(sts: Sts): Promise<Server> {
  const server = createServer(tlsOptions(), ({ url = "/", headers }, response) => {
    const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    void sts
      .fetch(new URL(url, `https://${headers.host}`), {
        headers: own,
        redirect: "manual",
        signal: AbortSignal.timeout(10_000),
      })
      .then(async (answer) => response.writeHead(answer.status).end(await answer.text()));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

const portOf = (server: { readonly address: Server["address"] }): number =>
  (server.address() as AddressInfo).port;

/** Ends with either side; what broke is the business of who asked. */
async function tunnel(socket: Duplex, port: number): Promise<void> {
  const onward = connect(port, "127.0.0.1");
  socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
  await Promise.allSettled([pipeline(socket, onward), pipeline(onward, socket)]);
}
