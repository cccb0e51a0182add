import { OPEN } from "../shared/http/authority.ts";
import type { HttpHandler } from "../shared/http/messages.ts";
import { createHttpHandler } from "../shared/http/serve.ts";
import { type RunningServer, type ServerSettings, startServer } from "../shared/server/server.ts";
import { Complaint, causeOf } from "./complaint.ts";
import { type OpenRegistry, openRegistry } from "./compose.ts";
import { withHealth } from "./health.ts";
import { isLoopback, listeningAddress } from "./listening-address.ts";
import { type Log, openLog } from "./log.ts";
import type { Settings } from "./settings.ts";
import { onSignals } from "./signals.ts";
import { readTls } from "./tls.ts";
import { welcome } from "./welcome.ts";

/** A defect that nothing caught: no state in memory can be trusted any more. */
const EXIT_DEFECT = 1;

/** Starts to serve and returns; a signal ends the process. Throws a Complaint where it can't start. */
export async function serve(settings: Settings, version: string): Promise<void> {
  const host = await listeningAddress(settings.host, settings.insecureRemoteWithoutAuth);
  const tls = readTls(settings);
  const { log, flush } = openLog(settings.logLevel);
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "a defect that nothing caught: the process ends");
    flush();
    process.exit(EXIT_DEFECT);
  });
  const running = await start(settings, { host, log, ...(tls && { tls }) });
  const end = async (signal: string) => {
    log.info(
      { signal, graceMilliseconds: settings.shutdownGrace },
      "stopping: running requests are finished",
    );
    await running.stop(settings.shutdownGrace);
    log.info("stopped");
    flush();
    process.exit(0);
  };
  onSignals((signal) => void end(signal), running.cut);
  process.stdout.on("error", () => {});
  process.stdout.write(
    welcome({ version, url: running.url, data: settings.data, isPublic: !isLoopback(host) }),
  );
  log.info({ url: running.url, data: settings.data, version }, "serving");
}

interface Start {
  readonly host: string;
  readonly tls?: NonNullable<ServerSettings["tls"]>;
  readonly log: Log;
}

/** The registry behind a socket; its `stop` closes the stores too. */
export async function start(settings: Settings, { host, tls, log }: Start): Promise<RunningServer> {
  const opened = await openRegistry({ ...settings, log });
  try {
    const server = await startServer({
      settings: {
        host,
        port: settings.port,
        idleMilliseconds: settings.idleTimeout,
        maxConnections: settings.maxConnections,
        ...(tls && { tls }),
      },
      handler: withHealth(handlerOf(opened, log), opened.check),
      log,
    });
    return {
      ...server,
      stop: async (graceMilliseconds) => {
        await server.stop(graceMilliseconds);
        await opened.close();
      },
    };
  } catch (error) {
    await opened.close();
    throw new Complaint(listeningComplaint(settings.port, host, causeOf(error)), { cause: error });
  }
}

/** The client of a store that fails hears only that it may try again; the operator needs to know why. */
const handlerOf = ({ registry }: OpenRegistry, log: Log): HttpHandler =>
  createHttpHandler({
    registry,
    authority: OPEN,
    onUnavailable: (error) => log.error({ err: error }, "a store can't serve: answered 503"),
  });

function listeningComplaint(port: number, host: string, code: string): string {
  switch (code) {
    case "EADDRINUSE":
      return `port ${port} of ${host} is taken by another process: stop that one, or choose another with --port`;
    case "EACCES":
      return `not allowed to listen on port ${port}: choose one from 1024 on with --port`;
    case "EADDRNOTAVAIL":
      return `${host} is no address of this machine: choose another with --host`;
    default:
      return `can't listen on port ${port} of ${host} (${code}): choose others with --port and --host`;
  }
}
