import { forward, headersOf, relay, startProxy } from "../rights/proxy.ts";

/** A request on its way to the upload door. */
export interface Asked {
  readonly method: string;
  /** without the query, which holds the upload's secret */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface DoorRecorder {
  readonly url: string;
  /** grows with each request */
  readonly asked: readonly Asked[];
  readonly stop: () => Promise<void>;
}

/** Stands before a door, and keeps what it was asked. */
export async function recordDoor(door: string): Promise<DoorRecorder> {
  const asked: Asked[] = [];
  const proxy = await startProxy({
    host: "localhost",
    log: () => {},
    handle: async (request, response) => {
      const { method = "", url: target = "/" } = request;
      const headers = headersOf(request);
      asked.push({ method, path: target.split("?", 1)[0] ?? "", headers });
      const onward = { ...headers, host: new URL(door).host };
      await relay(await forward({ origin: door, method, target, headers: onward, body: request }), response);
    },
  });
  return { url: proxy.endpoint, asked, stop: proxy.stop };
}
