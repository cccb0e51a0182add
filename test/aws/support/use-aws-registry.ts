import { systemClock } from "../../../functions/system-clock.ts";
import { OPEN } from "../../../shared/http/authority.ts";
import { createHttpHandler } from "../../../shared/http/serve.ts";
import { createRegistry } from "../../../shared/registry/create-registry.ts";
import { startServer } from "../../../shared/server/server.ts";
import type { Defects } from "../../support/defects.ts";
import { type ServingHome, useHome } from "../../support/home.ts";
import { checkStores } from "./read-stores.ts";
import { openAwsBlobs, openAwsTable } from "./stores.ts";

/** Puts the registries of this file's tests over a table and a bucket of their own, on the servers of this run. */
export function useAwsRegistry(): void {
  useHome({ start, largestBody: Number.POSITIVE_INFINITY, slowness: 1 });
}

async function start({ log }: Defects): Promise<ServingHome> {
  const [table, blobs] = await Promise.all([openAwsTable(), openAwsBlobs()]);
  const ports = { table: table.table, blobs: blobs.blobs, clock: systemClock };
  const server = await startServer({
    settings: { host: "127.0.0.1", port: 0, idleMilliseconds: 60_000, maxConnections: 100 },
    handler: createHttpHandler({
      authority: OPEN,
      registry: createRegistry(ports),
      onUnavailable: (error) => log.error({ err: error }),
    }),
    log,
  });
  return {
    url: server.url,
    check: () => checkStores(table, blobs),
    stop: async () => {
      await server.stop(1000);
      table.close();
      blobs.close();
    },
  };
}
