import { openDataFolder } from "../../../local/data-folder.ts";
import { readSettings } from "../../../local/read-settings.ts";
import { start } from "../../../local/start.ts";
import { openDirectoryBlobs } from "../../../local/stores/directory-blobs.ts";
import { createNodeFileSystem } from "../../../local/stores/node-file-system.ts";
import { openTableFile } from "../../../local/stores/sqlite-file.ts";
import { createReads } from "../../../local/stores/sqlite-reads.ts";
import { systemClock } from "../../../local/system-clock.ts";
import { OPEN } from "../../../shared/http/authority.ts";
import { createHttpHandler } from "../../../shared/http/serve.ts";
import { createRegistry } from "../../../shared/registry/create-registry.ts";
import { bodyOf, collect } from "../../support/bodies.ts";
import { collectDefects } from "../../support/defects.ts";
import { type Answer, type Connection, connect, type Request } from "../requests.ts";

/** A registry on what a power cut has left. */
export interface Opened {
  readonly connection: Connection;
  /** Throws where the registry has logged a defect. */
  readonly close: () => Promise<void>;
}

/** As `berth serve` does it: with the thread that writes, the sweep and a socket. */
export async function serveImage(data: string): Promise<Opened> {
  const { log, check } = collectDefects();
  const settings = readSettings({ flags: { data, port: "0" }, variables: {} });
  const server = await start(settings, { host: "127.0.0.1", log });
  const connection = connect(server.url);
  return {
    connection,
    close: async () => {
      connection.close();
      await server.stop(1000);
      check();
    },
  };
}

/** The same recovery and the same reading, without what takes the time: for the many. */
export async function readImage(data: string): Promise<Opened> {
  const folder = openDataFolder(data);
  const reader = openTableFile(folder.table);
  const refuse = async () => ({ outcome: "throttled" }) as const;
  const fs = createNodeFileSystem({ threads: 4 });
  const blobs = await openDirectoryBlobs({ root: folder.blobs, fs, newId: systemClock.newId });
  const table = { ...createReads(reader), write: refuse, transact: refuse };
  const handler = createHttpHandler({
    registry: createRegistry({ table, blobs, clock: systemClock }),
    authority: OPEN,
  });
  return {
    connection: { send: (request) => ask(handler, request), close: () => {} },
    close: async () => {
      reader.close();
      folder.release();
    },
  };
}

async function ask(handler: ReturnType<typeof createHttpHandler>, request: Request): Promise<Answer> {
  const { method, path: target, headers = {} } = request;
  const [path = "", query = ""] = target.split("?");
  const header = (name: string) => headers[name];
  const answer = await handler({ method, path, query, header, body: bodyOf(Buffer.alloc(0)) });
  const { body } = answer;
  const bytes =
    body.kind === "stream" ? await collect(body.body) : Buffer.from(body.kind === "bytes" ? body.bytes : "");
  const lowered = Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { status: answer.status, headers: Object.fromEntries(lowered), body: bytes };
}
