import { afterEach } from "vitest";
import type { Credentials } from "../../../shared/client/auth/credentials.ts";
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

/** Berth on memory stores, with something before it. */
export const berth = (wrap: Wrap = (handler) => handler): Promise<RunningServer> =>
  serving(wrap(createHttpHandler({ registry: memoryRegistry(), authority: OPEN })));

export interface TestClient extends RegistryClient {
  /** milliseconds of each wait so far; none of them was waited */
  readonly pauses: readonly number[];
  readonly time: { now: number };
}

export interface TestClientOptions extends Pick<RegistryClientOptions, "trust"> {
  readonly credentials?: Credentials;
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
    ...(credentials && { credentials: async () => credentials }),
    clock: { now: () => time.now, random: () => 1, sleep: async (pause) => void pauses.push(pause) },
    ...options,
  });
  clients.push(client);
  return { ...client, pauses, time };
}
