import { OPEN } from "../shared/http/authority.ts";
import type { HttpHandler } from "../shared/http/messages.ts";
import { createHttpHandler } from "../shared/http/serve.ts";
import type { FirstAdmin } from "../shared/identities/first-admin.ts";
import { type RunningServer, type ServerSettings, startServer } from "../shared/server/server.ts";
import { isGuarded } from "./auth/is-guarded.ts";
import type { Guarded, GuardedParts } from "./auth/open-guarded.ts";
import { Complaint, causeOf } from "./complaint.ts";
import { type OpenRegistry, openRegistry } from "./compose.ts";
import { withHealth } from "./health.ts";
import type { Log } from "./log.ts";
import type { Settings } from "./settings.ts";

interface Start {
  readonly host: string;
  readonly tls?: NonNullable<ServerSettings["tls"]>;
  readonly log: Log;
}
/** To whom a registry answers: everyone, or who may; there may be a first administrator to be told of. */
export type Audience =
  | { readonly kind: "everyone" }
  | { readonly kind: "known"; readonly firstAdmin: FirstAdmin };

export interface Serving extends RunningServer {
  readonly audience: Audience;
}

interface Served {
  readonly server: RunningServer;
  readonly audience: Audience;
  /** Ends what runs beside the server. */
  readonly end: () => Promise<void>;
}

/** The registry behind a socket; its `stop` closes the stores too. Throws a Complaint where it can't serve. */
export async function start(settings: Settings, options: Start): Promise<Serving> {
  const isKnown = isGuarded(settings, options.host);
  const opened = await openRegistry({ ...settings, log: options.log });
  try {
    const { server, audience, end } = await (isKnown ? serveKnown : serveEveryone)(opened, settings, options);
    const stop = async (graceMilliseconds: number) => {
      await server.stop(graceMilliseconds);
      await end();
      await opened.close();
    };
    return { ...server, audience, stop };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function serveEveryone(opened: OpenRegistry, settings: Settings, options: Start): Promise<Served> {
  const { registry, check } = opened;
  const handler = createHttpHandler({ registry, authority: OPEN, onUnavailable: telling(options.log) });
  return {
    server: await listen(withHealth(handler, check), settings, options),
    audience: { kind: "everyone" },
    end: async () => {},
  };
}

/** The first administrator is made once the registry serves: a start that fails later would not tell the secret. */
async function serveKnown(opened: OpenRegistry, settings: Settings, options: Start): Promise<Served> {
  const socket = Promise.withResolvers<number>();
  const { handler, firstAdmin, startKeyRotation } = await guardedBy(opened, settings, {
    ...options,
    port: socket.promise,
  });
  const server = await listen(withHealth(handler, opened.check), settings, options);
  socket.resolve(server.port);
  try {
    const audience: Audience = { kind: "known", firstAdmin: await firstAdmin() };
    return { server, audience, end: startKeyRotation() };
  } catch (error) {
    await server.stop(0);
    throw error;
  }
}

/** Loaded where it is wanted: a registry that asks nobody starts without it. */
async function guardedBy(
  opened: OpenRegistry,
  settings: Settings,
  { tls, log, port }: Start & Pick<GuardedParts, "port">,
): Promise<Guarded> {
  const { openGuarded } = await import("./auth/open-guarded.ts");
  return openGuarded({ opened, settings, port, isTls: tls !== undefined, log, onUnavailable: telling(log) });
}

async function listen(
  handler: HttpHandler,
  settings: Settings,
  { host, tls, log }: Start,
): Promise<RunningServer> {
  const { port, idleTimeout: idleMilliseconds, maxConnections } = settings;
  const socket = { host, port, idleMilliseconds, maxConnections, ...(tls && { tls }) };
  try {
    return await startServer({ settings: socket, handler, log });
  } catch (error) {
    throw new Complaint(listeningComplaint(port, host, causeOf(error)), { cause: error });
  }
}

/** The client of a store that fails hears only that it may try again; the operator needs to know why. */
const telling =
  (log: Log) =>
  (error: Error): void =>
    log.error({ err: error }, "a store can't serve: answered 503");

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
