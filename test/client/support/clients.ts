import { afterEach } from "vitest";
import type { Credentials, FindCredentials } from "../../../shared/client/auth/credentials.ts";
import { createHttpClient } from "../../../shared/client/http-client.ts";
import {
  createRegistryClient,
  type RegistryClient,
  type RegistryClientOptions,
} from "../../../shared/client/registry-client.ts";
import { OPEN } from "../../../shared/http/authority.ts";
import type { HttpHandler } from "../../../shared/http/messages.ts";
import { createHttpHandler } from "../../../shared/http/serve.ts";
import type { RunningServer } from "../../../shared/server/server.ts";
import { memoryRegistry } from "../../doctor/support/patient.ts";
import { serving } from "../../support/serving.ts";

export type Wrap = (handler: HttpHandler) => HttpHandler;

interface Backend {
  /** an empty registry, for one test */
  readonly start: () => Promise<HttpHandler>;
  readonly differences: ReadonlySet<Difference>;
}

/** What other registries do otherwise than Berth. */
export type Difference =
  /** a repository has each blob that any other has */
  | "blobs are everywhere"
  /** a manifest whose blobs are not there is MANIFEST_INVALID */
  | "missing blobs make a manifest invalid"
  /** tags outlive their manifest, and name it as before */
  | "tags outlive their manifest";

const chosen: { backend: Backend } = {
  backend: {
    start: async () => createHttpHandler({ registry: memoryRegistry(), authority: OPEN }),
    differences: new Set(),
  },
};

/** Puts every `startRegistry()` of this file before another registry than Berth on memory stores. */
export function useBackend(backend: Backend): void {
  chosen.backend = backend;
}

export const differs = (what: Difference): boolean => chosen.backend.differences.has(what);

/** An empty registry, with something of the test's before it. */
export async function startRegistry(wrap: Wrap = (handler) => handler): Promise<RunningServer> {
  return serving(wrap(await chosen.backend.start()));
}

export interface TestClient extends RegistryClient {
  /** milliseconds of each wait so far; none of them was waited */
  readonly pauses: readonly number[];
  readonly time: { now: number };
}

export interface TestClientOptions extends Pick<RegistryClientOptions, "trust"> {
  readonly credentials?: Credentials | FindCredentials;
}

const clients: RegistryClient[] = [];

/** To be called once in a file that uses `clientOf`. */
export function closeClients(): void {
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
}

/** A client whose time the test moves. */
export function clientOf(url: string, { credentials, ...options }: TestClientOptions = {}): TestClient {
  const pauses: number[] = [];
  const time = { now: Date.UTC(2026, 0, 1) };
  const client = createRegistryClient({
    http: createHttpClient({ base: new URL(url), timeout: 20_000 }),
    ...(credentials && {
      credentials: typeof credentials === "function" ? credentials : async () => credentials,
    }),
    clock: { now: () => time.now, random: () => 1, sleep: async (pause) => void pauses.push(pause) },
    ...options,
  });
  clients.push(client);
  return { ...client, pauses, time };
}
