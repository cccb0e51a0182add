import { afterAll, beforeAll } from "vitest";
import { systemClock } from "../../../local/system-clock.ts";
import { createAuth } from "../../../shared/auth/create-auth.ts";
import { createSigner, createVerifier, generateKey, type PrivateKey } from "../../../shared/auth/jwt.ts";
import type { PublicAddress } from "../../../shared/auth/public-address.ts";
import { createThrottle, type Limits } from "../../../shared/auth/throttle/throttle.ts";
import { createHttpHandler } from "../../../shared/http/serve.ts";
import type { Clock } from "../../../shared/ports/clock.ts";
import { createRegistry } from "../../../shared/registry/create-registry.ts";
import { type RunningServer, startServer } from "../../../shared/server/server.ts";
import { createMemoryBlobs } from "../../../shared/stores/memory-blobs.ts";
import { createMemoryTable } from "../../../shared/stores/memory-table.ts";
import { collectDefects } from "../../support/defects.ts";
import { SERVICE } from "./keys.ts";
import { PEOPLE, type People, people } from "./people.ts";

export interface GuardedRegistry {
  readonly port: number;
  /** `fetch` of a path, as somebody of PEOPLE (Basic), with a token, or as nobody */
  readonly fetch: (path: string, init?: RequestInit, as?: Sender) => Promise<Response>;
  /** A token for the scopes, as its client gets it. */
  readonly tokenFor: (name: string, ...scopes: readonly string[]) => Promise<string>;
  readonly key: PrivateKey;
  readonly people: People;
  /** how often the stores were asked for anything */
  readonly touched: () => number;
  /** everything that was logged, as JSON */
  readonly logged: () => string;
}
export type Sender = { readonly name: string } | { readonly token: string };

export interface GuardedOptions {
  readonly address?: PublicAddress;
  readonly clock?: Clock;
  /** how often each may ask in ten seconds; as often as they like where it is not given */
  readonly limits?: Limits;
}

/** A registry that asks everyone who they are, for all tests of the file that calls this. */
export function guardedRegistry({
  address = { kind: "asked", scheme: "http" },
  clock = systemClock,
  limits = { identity: 0, network: 0 },
}: GuardedOptions = {}): GuardedRegistry {
  const defects = collectDefects();
  const everyone = people();
  const calls = { count: 0, logged: [] as unknown[] };
  let running: { readonly server: RunningServer; readonly key: PrivateKey } | undefined;
  const log = recordingLog(defects.log, calls.logged);

  beforeAll(async () => {
    const key = await generateKey();
    const signer = await createSigner(key, { service: SERVICE });
    const verifier = createVerifier([key], { service: SERVICE, now: clock.now });
    const auth = createAuth({
      service: SERVICE,
      address,
      keys: { ...signer, ...verifier },
      authenticator: everyone,
      rightsOf: everyone.rightsOf,
      clock,
      throttle: createThrottle({
        limits,
        now: clock.now,
        onRefused: (sent) => calls.logged.push([sent, "throttled"]),
      }),
      onUnavailable: (error) => log.error({ err: error }, "unavailable"),
    });
    const ports = {
      table: counted(createMemoryTable(), calls),
      blobs: counted(createMemoryBlobs(), calls),
      clock,
    };
    const registry = createRegistry(ports);
    const handler = auth.withTokens(createHttpHandler({ registry, authority: auth.authority }));
    const settings = { host: "127.0.0.1", port: 0, idleMilliseconds: 10_000, maxConnections: 100 };
    running = { server: await startServer({ settings, handler, log }), key };
  });
  afterAll(async () => {
    await running?.server.stop(1000);
    defects.check();
  });

  const now = () => {
    if (running === undefined) throw new Error("the registry runs only while tests do");
    return running;
  };
  const ask: GuardedRegistry["fetch"] = (path, init = {}, as) =>
    fetch(new URL(path, now().server.url), {
      redirect: "manual",
      ...init,
      headers: { ...(init.headers as Record<string, string>), ...authorizationOf(as) },
    });
  return {
    get port() {
      return now().server.port;
    },
    get key() {
      return now().key;
    },
    fetch: ask,
    tokenFor: async (name, ...scopes) => {
      const query = new URLSearchParams(scopes.map((scope): [string, string] => ["scope", scope]));
      const response = await ask(`/token?${query.toString()}`, {}, { name });
      const { token } = (await response.json()) as { token: string };
      return token;
    },
    people: everyone,
    touched: () => calls.count,
    logged: () => JSON.stringify(calls.logged),
  };
}

function authorizationOf(as: Sender | undefined): Record<string, string> {
  if (as === undefined) return {};
  if ("token" in as) return { Authorization: `Bearer ${as.token}` };
  const secret = PEOPLE[as.name]?.secret ?? "";
  return { Authorization: `Basic ${Buffer.from(`${as.name}:${secret}`).toString("base64")}` };
}

/** The same store, of which every call is counted. */
const counted = <Store extends object>(store: Store, calls: { count: number }): Store =>
  new Proxy(store, {
    get: (target, name) => {
      calls.count += 1;
      return Reflect.get(target, name);
    },
  });

type Log = ReturnType<typeof collectDefects>["log"];

function recordingLog(log: Log, logged: unknown[]): Log {
  const keep = (write: Log["info"]) =>
    ((about: unknown, text: string) => {
      logged.push([about, text]);
      write(about, text);
    }) as Log["info"];
  return {
    debug: keep(log.debug),
    info: keep(log.info),
    warn: keep(log.warn),
    error: keep(log.error),
    fatal: keep(log.fatal),
    isLevelEnabled: () => true,
    audit: (event) => {
      logged.push([event, "audit"]);
      log.audit(event);
    },
  };
}
