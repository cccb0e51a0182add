import type { HttpHandler } from "../../shared/http/messages.ts";
import { startServer } from "../../shared/server/server.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { serverLog } from "../web/telling.ts";

const SETTINGS = {
  /** how long a client may be silent while its body is awaited */
  idleMilliseconds: 60_000,
  /** Lambda gives an environment 1,024 file descriptors; each request takes one, and two or three to the stores. */
  maxConnections: 256,
} as const;
/** milliseconds between the wish that the process ends and its end */
const GRACE = 20_000;

interface Web {
  /** where Lambda wants it to listen */
  readonly endpoint: { readonly host: string; readonly port: number };
  readonly telemetry: Telemetry;
  readonly handler: HttpHandler;
}

/** Serves until the process is told to end. Rejects where it can't listen. */
export async function serveWeb({ endpoint, telemetry, handler }: Web): Promise<void> {
  const log = serverLog(telemetry);
  const server = await startServer({ settings: { ...SETTINGS, ...endpoint }, handler, log });
  process.once("SIGTERM", () => void server.stop(GRACE).then(() => process.exit(0)));
}
