import { afterEach } from "vitest";
import type { Log } from "../../local/log.ts";
import type { HttpAnswer, HttpHandler } from "../../shared/http/messages.ts";
import { type RunningServer, type ServerSettings, startServer } from "../../shared/server/server.ts";

const servers: RunningServer[] = [];

/** The server alone, around a handler of the test; stopped after it. Logs nothing where no log is given. */
export async function serving(
  handler: HttpHandler,
  { log = quiet, ...settings }: Partial<ServerSettings> & { log?: Log } = {},
): Promise<RunningServer> {
  const server = await startServer({
    settings: { host: "127.0.0.1", port: 0, idleMilliseconds: 60_000, maxConnections: 100, ...settings },
    handler,
    log,
  });
  servers.push(server);
  return server;
}

/** To be called once in a file that uses `serving`. */
export function stopServers(): void {
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop(0)));
  });
}

const ignore = () => {};
const quiet: Log = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  fatal: ignore,
  isLevelEnabled: () => true,
  audit: ignore,
};

/** 200 with `text`. */
export const says = (text: string): HttpAnswer => ({
  status: 200,
  headers: { "Content-Length": String(Buffer.byteLength(text)) },
  body: { kind: "bytes", bytes: text },
});
