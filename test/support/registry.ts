import { afterAll, beforeAll } from "vitest";
import { readSettings } from "../../local/read-settings.ts";
import { start } from "../../local/serve.ts";
import { type RunningServer, startServer } from "../../local/server.ts";
import type { Settings } from "../../local/settings.ts";
import { systemClock } from "../../local/system-clock.ts";
import { createHttpHandler } from "../../shared/http/serve.ts";
import type { Clock } from "../../shared/ports/clock.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { createMemoryBlobs } from "../../shared/stores/memory-blobs.ts";
import { createMemoryTable } from "../../shared/stores/memory-table.ts";
import { checkStore, type StoreReport } from "./check-store.ts";
import { collectDefects, type Defects } from "./defects.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface RegistryOptions {
  /** `embedded` (as `berth serve` has them) where it is not given; `memory` needs no disk */
  readonly stores?: "embedded" | "memory";
  /** settings of `berth serve`, as its flags have them; not the port and the data folder */
  readonly settings?: Partial<Record<keyof Settings, string>>;
  /** the time and chance of a registry on memory stores */
  readonly clock?: Clock;
}

/** A registry behind a real socket on a free port of 127.0.0.1. */
export interface TestRegistry {
  readonly url: string;
  readonly port: number;
  /** `fetch` of a path on this registry; redirects are not followed. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** Walks the stores on the disk and tells what breaks an invariant; while nothing else is asked of the registry. */
  readonly check: () => Promise<StoreReport>;
}

/** Grace for requests that a test left behind. */
const GRACE_MILLISECONDS = 1000;

/**
 * A running registry for all tests of the file or `describe` that calls this. Whatever the tests do, a defect that
 * the registry logged (a 500) fails them.
 */
export function registry(options: RegistryOptions = {}): TestRegistry {
  const defects = collectDefects();
  let server: RunningServer | undefined;
  let data: Awaited<ReturnType<typeof temporaryFolder>> | undefined;
  beforeAll(async () => {
    data = await temporaryFolder();
    server = await (options.stores === "memory"
      ? startOnMemory(options, defects)
      : startOnFolder(data.path, options, defects));
  });
  afterAll(async () => {
    await server?.stop(GRACE_MILLISECONDS);
    await data?.remove();
    defects.check();
  });
  const running = (): RunningServer => {
    if (!server) throw new Error("the registry runs only while tests do: not in the body of a describe");
    return server;
  };
  return {
    get url() {
      return running().url;
    },
    get port() {
      return running().port;
    },
    fetch: (path, init) => fetch(new URL(path, running().url), { redirect: "manual", ...init }),
    check: () => checkStore(data?.path ?? ""),
  };
}

async function startOnFolder(
  folder: string,
  options: RegistryOptions,
  { log }: Defects,
): Promise<RunningServer> {
  return start(testSettings(folder, options), { host: "127.0.0.1", log });
}

async function startOnMemory(options: RegistryOptions, { log }: Defects): Promise<RunningServer> {
  const { idleTimeout, maxConnections } = testSettings("unused", options);
  const { clock = systemClock } = options;
  const ports = { table: createMemoryTable(), blobs: createMemoryBlobs(), clock };
  return startServer({
    settings: { host: "127.0.0.1", port: 0, idleMilliseconds: idleTimeout, maxConnections },
    handler: createHttpHandler({ registry: createRegistry(ports) }),
    log,
  });
}

const testSettings = (data: string, { settings }: RegistryOptions): Settings =>
  readSettings({ flags: { ...settings, port: "0", data }, variables: {} });
