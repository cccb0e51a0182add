import { OPEN } from "../../../shared/http/authority.ts";
import type { HttpAnswer, HttpHandler } from "../../../shared/http/messages.ts";
import { createHttpHandler, type HeadAnswers } from "../../../shared/http/serve.ts";
import type { Blobs } from "../../../shared/ports/blobs.ts";
import type { Table } from "../../../shared/ports/table.ts";
import { createReadOnlyRegistry } from "../../../shared/registry/create-read-only-registry.ts";
import { createRegistry } from "../../../shared/registry/create-registry.ts";
import { sweep } from "../../../shared/registry/sweep.ts";
import { createMemoryBlobs } from "../../../shared/stores/memory-blobs.ts";
import { createMemoryTable } from "../../../shared/stores/memory-table.ts";
import { countBlobs } from "../counting/counted-blobs.ts";
import { countTable } from "../counting/counted-table.ts";
import { type Call, createRecorder } from "../counting/recorder.ts";
import { createClock } from "./clock.ts";

export interface Asked {
  readonly method: "GET" | "HEAD" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** path, and query where there is one */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** One HTTP request, and what it asked of the stores. */
export interface Counted {
  readonly asked: Asked;
  readonly answer: HttpAnswer;
  readonly calls: readonly Call[];
}

export interface CountedRegistry {
  /** Sends one request to the function that serves it. Fails for an answer of another status. */
  readonly send: (asked: Asked, status: number) => Promise<Counted>;
  /** One run of the sweep, `after` so many milliseconds. */
  readonly sweep: (after: number) => Promise<readonly Call[]>;
}

const UPLOAD_IDLE = 24 * 60 * 60 * 1000;

/** Over stores in memory that count by the rules of DynamoDB and S3. */
export function countedRegistry(heads: HeadAnswers = {}): CountedRegistry {
  const recorder = createRecorder();
  const stores = {
    table: countTable(createMemoryTable(), recorder),
    blobs: countBlobs(createMemoryBlobs(), recorder),
    take: recorder.take,
  };
  return registryOver(stores, heads);
}

interface WatchedStores {
  readonly table: Table;
  readonly blobs: Blobs;
  /** The calls since it was asked last. */
  readonly take: () => readonly Call[];
}

/** The registry as the functions compose it (functions/gateway), always with the same time and chance. */
export function registryOver({ take, ...stores }: WatchedStores, given: HeadAnswers = {}): CountedRegistry {
  const clock = createClock();
  const ports = { ...stores, clock, uploadIdle: UPLOAD_IDLE };
  const heads: HeadAnswers = { headBody: "as-get", ...given };
  const reading = createHttpHandler({ registry: createReadOnlyRegistry(ports), authority: OPEN, ...heads });
  const writing = createHttpHandler({ registry: createRegistry(ports), authority: OPEN, ...heads });
  return {
    send: async (asked, status) => {
      const answer = await ask(isReading(asked) ? reading : writing, asked);
      const calls = take();
      if (answer.status !== status) {
        throw new Error(`${asked.method} ${asked.target} is answered ${answer.status}: ${textOf(answer)}`);
      }
      return { asked, answer, calls };
    },
    sweep: async (after) => {
      clock.advance(after);
      await sweep(ports);
      return take();
    },
  };
}

/** Uploads have a function of their own, which may write, also for what only looks at them. */
const isReading = ({ method, target }: Asked): boolean =>
  (method === "GET" || method === "HEAD") && !target.includes("/blobs/uploads/");

/** One request of a handler, as the server would make it. */
export function ask(
  handler: HttpHandler,
  { method, target, headers = {}, body }: Asked,
): Promise<HttpAnswer> {
  const [path = "", query = ""] = target.split("?", 2);
  const sent: Readonly<Record<string, string>> = {
    ...headers,
    ...(body && { "content-length": String(body.length) }),
  };
  return handler({ method, path, query, header: (name) => sent[name], body: streamOf(body) });
}

async function* streamOf(bytes: Uint8Array | undefined): AsyncGenerator<Uint8Array> {
  if (bytes) yield bytes;
}

const textOf = ({ body }: HttpAnswer): string => (body.kind === "bytes" ? body.bytes.toString() : body.kind);
