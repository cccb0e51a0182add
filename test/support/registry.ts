import { afterAll, beforeAll } from "vitest";
import { readSettings } from "../../local/read-settings.ts";
import type { Settings } from "../../local/settings.ts";
import { start } from "../../local/start.ts";
import { systemClock } from "../../local/system-clock.ts";
import { OPEN } from "../../shared/http/authority.ts";
import { createHttpHandler } from "../../shared/http/serve.ts";
import type { Clock } from "../../shared/ports/clock.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { type RunningServer, startServer } from "../../shared/server/server.ts";
import { createMemoryBlobs } from "../../shared/stores/memory-blobs.ts";
import { createMemoryTable } from "../../shared/stores/memory-table.ts";
import { checkStore, type StoreReport } from "./check-store.ts";
import { collectDefects, type Defects } from "./defects.ts";
import { chosenHome, type Home, type ServingHome } from "./home.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface RegistryOptions {
  /** `embedded` (as `berth serve` has them) where it is not given; `memory` needs no disk */
  readonly stores?: "embedded" | "memory";
  /** settings of `berth serve`, as its flags have them; not the port and the data folder */
  readonly settings?: Partial<Record<keyof Settings, string>>;
  /** the time and chance of a registry on memory stores */
  readonly clock?: Clock;
}

/** A registry behind a real socket: on a free port of 127.0.0.1, but for `useHome`. */
export interface TestRegistry {
  readonly url: string;
  readonly port: number;
  /** `fetch` of a path on this registry; redirects are not followed. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** Walks the stores and tells what breaks an invariant; while nothing else is asked of the registry. */
  readonly check: () => Promise<StoreReport>;
  /** bytes that one request can bring */
  readonly largestBody: number;
  /** As many rounds as are wanted where requests take no time, fewer elsewhere, and one at least. */
  readonly rounds: (wanted: number) => number;
}

/** Grace for requests that a test left behind. */
const GRACE_MILLISECONDS = 1000;

/**
 * A running registry for all tests of the file or `describe` that calls this. Whatever the tests do, a defect that
 * the registry logged (a 500) fails them.
 */
export function registry(options: RegistryOptions = {}): TestRegistry {
  const defects = collectDefects();
  const home = homeOf(options);
  let serving: ServingHome | undefined;
  beforeAll(async () => {
    serving = await home.start(defects);
  });
  afterAll(async () => {
    await serving?.stop();
    defects.check();
  });
  const running = (): ServingHome => {
    if (!serving) throw new Error("the registry runs only while tests do: not in the body of a describe");
    return serving;
  };
  return {
    get url() {
      return running().url;
    },
    get port() {
      return Number(new URL(running().url).port);
    },
    fetch: (path, init) => fetch(new URL(path, running().url), { redirect: "manual", ...init }),
    check: () => running().check(),
    largestBody: home.largestBody,
    rounds: (wanted) => Math.ceil(wanted / home.slowness),
  };
}

/** Where a test wants more than a registry, there is only one home for it. */
function homeOf(options: RegistryOptions): Home {
  const elsewhere = chosenHome();
  if (elsewhere === undefined) return embedded(options);
  if (Object.keys(options).length > 0) throw new Error("this test is of the embedded registry only");
  return elsewhere;
}

const embedded = (options: RegistryOptions): Home => ({
  largestBody: Number.POSITIVE_INFINITY,
  slowness: 1,
  start: async (defects) => {
    const data = await temporaryFolder();
    const server = await (options.stores === "memory"
      ? startOnMemory(options, defects)
      : startOnFolder(data.path, options, defects));
    return {
      url: server.url,
      check: () => checkStore(data.path),
      stop: async () => {
        await server.stop(GRACE_MILLISECONDS);
        await data.remove();
      },
    };
  },
});

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
    handler: createHttpHandler({ registry: createRegistry(ports), authority: OPEN }),
    log,
  });
}

const testSettings = (data: string, { settings }: RegistryOptions): Settings =>
  readSettings({ flags: { ...settings, port: "0", data }, variables: {} });
