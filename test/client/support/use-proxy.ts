import { readSettings } from "../../../local/read-settings.ts";
import { start } from "../../../local/start.ts";
import { systemClock } from "../../../local/system-clock.ts";
import { createHttpClient } from "../../../shared/client/http-client.ts";
import { createRegistryClient } from "../../../shared/client/registry-client.ts";
import { createRemoteRegistry } from "../../../shared/client/remote-registry.ts";
import { OPEN } from "../../../shared/http/authority.ts";
import { createHttpHandler } from "../../../shared/http/serve.ts";
import { startServer } from "../../../shared/server/server.ts";
import { checkStore } from "../../support/check-store.ts";
import type { Defects } from "../../support/defects.ts";
import { type ServingHome, useHome } from "../../support/home.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const GRACE_MILLISECONDS = 1000;
const CONNECTIONS = { idleMilliseconds: 60_000, maxConnections: 1000 };

/** Puts every `registry()` of this file behind a proxy: what is served is a client of another registry. */
export function useProxy(): void {
  useHome({ start: startBoth, largestBody: Number.POSITIVE_INFINITY, slowness: 2 });
}

async function startBoth({ log }: Defects): Promise<ServingHome> {
  const data = await temporaryFolder();
  const settings = readSettings({ flags: { port: "0", data: data.path }, variables: {} });
  const behind = await start(settings, { host: "127.0.0.1", log });
  const http = createHttpClient({ base: new URL(behind.url), timeout: 60_000 });
  const client = createRegistryClient({ http, clock: systemClock, tries: 1 });
  const registry = createRemoteRegistry({ client, clock: systemClock });
  const proxy = await startServer({
    settings: { host: "127.0.0.1", port: 0, ...CONNECTIONS },
    handler: createHttpHandler({ registry, authority: OPEN }),
    log,
  });
  return {
    url: proxy.url,
    check: () => checkStore(data.path),
    stop: async () => {
      await proxy.stop(GRACE_MILLISECONDS);
      client.close();
      await behind.stop(GRACE_MILLISECONDS);
      await data.remove();
    },
  };
}
