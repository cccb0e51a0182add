import { Agent, type ClientRequest, type IncomingHttpHeaders, request } from "node:http";

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** without Content-Length, as Docker sends a layer */
  readonly chunked?: boolean;
}
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
/** How far a request has come: half of its body, or its last byte, is with the operating system. */
export type Phase = "halfway" | "sent";

/** One client's connection. */
export interface Connection {
  /** Rejects where the connection breaks before an answer's status is here. */
  readonly send: (request: Request, probe?: (phase: Phase) => void) => Promise<Answer>;
  readonly close: () => void;
}

const SLICE = 256 * 1024;

export function connect(url: string): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    send: (wanted, probe = () => {}) => exchange(new URL(wanted.path, url), { wanted, agent, probe }),
    close: () => agent.destroy(),
  };
}

interface Exchange {
  readonly wanted: Request;
  readonly agent: Agent;
  readonly probe: (phase: Phase) => void;
}

function exchange(url: URL, { wanted, agent, probe }: Exchange): Promise<Answer> {
  const { method, headers, body, chunked } = wanted;
  const length = chunked ? {} : { "Content-Length": body?.length ?? 0 };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, agent, headers: { ...length, ...headers } });
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      const answer = () => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) });
      };
      incoming.on("data", (chunk: Buffer) => void chunks.push(chunk)).on("end", answer);
      // The status line has arrived: for a write, that is the acknowledgement. A read finds its body too short.
      incoming.on("error", answer);
    });
    sendBody(outgoing, body ?? Buffer.alloc(0), probe).catch(reject);
  });
}

async function sendBody(outgoing: ClientRequest, body: Uint8Array, probe: Exchange["probe"]): Promise<void> {
  const half = body.length / 2;
  for (let at = 0; at < body.length; at += SLICE) {
    // The server may have answered or gone: then there is nothing to wait for.
    if (outgoing.destroyed) return;
    await flushed((done) => outgoing.write(body.subarray(at, at + SLICE), done));
    if (at <= half && half < at + SLICE && body.length > SLICE) probe("halfway");
  }
  await flushed((done) => outgoing.end(done));
  probe("sent");
}

/** A broken connection is told by the request's `error`, so here it only ends the waiting. */
const flushed = (work: (done: () => void) => unknown): Promise<void> =>
  new Promise((resolve) => void work(() => resolve()));
