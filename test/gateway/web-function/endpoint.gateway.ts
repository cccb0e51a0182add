import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { converse, rawClient } from "../../support/raw-client.ts";
import { type Endpoint, serveEndpoint } from "./endpoint.ts";
import { createWebEnvironments } from "./environments.ts";
import { WEB_LIMITS } from "./limits.ts";

const MIB = 1024 * 1024;

interface Played extends Endpoint {
  readonly port: number;
  readonly pids: () => readonly number[];
  readonly log: () => string;
}
interface Echo {
  readonly pid: number;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly variables: readonly string[];
  readonly bytes: number;
}

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

/** A program that does what a request's path says, behind an endpoint. */
async function play({ atATime = 8, most = 2, timeout = 60_000, memory = WEB_LIMITS.memory } = {}) {
  let log = "";
  const write = (text: string): void => {
    log += text;
  };
  const directory = join(import.meta.dirname, "player");
  const settings = { name: "player", directory, variables: { OWN: "told" }, memory, log: write };
  const environments = createWebEnvironments(settings, { atATime, most });
  const endpoint = await serveEndpoint({ environments, host: "127.0.0.1", timeout, log: write });
  running.push(async () => {
    await endpoint.stop();
    await environments.stop();
  });
  const port = Number(new URL(endpoint.url).port);
  return { ...endpoint, port, pids: environments.pids, log: () => log } satisfies Played;
}

const echo = async ({ url }: Played, init: RequestInit = {}): Promise<Echo> =>
  (await (await fetch(`${url}/echo`, init)).json()) as Echo;

/** The head of a request, and what there is of its body. */
const asked = ({ port }: Played, path: string, length: number, body = ""): string =>
  `PATCH ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: ${length}\r\n\r\n${body}`;

describe("the program of a Web Function", () => {
  it("is told where to listen and what the stack says, and nothing of this process's environment", async () => {
    const { variables } = await echo(await play());
    expect(variables.toSorted()).toEqual(["AWS_LAMBDA_HTTP_ENDPOINT", "OWN"]);
  });

  it.each(["GET", "POST", "PUT", "PATCH", "OPTIONS", "DELETE"])("gets %s", async (method) => {
    const hasBody = method.startsWith("P");
    const { method: seen, bytes } = await echo(await play(), { method, ...(hasBody && { body: "12345" }) });
    expect([seen, bytes]).toEqual([method, hasBody ? 5 : 0]);
  });

  it("gets Authorization and most headers, but none of the connection's, nor what Connection names", async () => {
    const played = await play();
    const client = await rawClient(played.port);
    const headers = [
      "Authorization: Bearer x",
      "Connection: close, X-Hop",
      "X-Hop: 1",
      "TE: trailers",
      "X-Own: 1",
    ];
    const lines = [`GET /echo HTTP/1.1`, `Host: 127.0.0.1:${played.port}`, ...headers, "Lambda-Web-X: 1"];
    client.send(`${lines.join("\r\n")}\r\n\r\n`);
    const heard = await client.ended;
    expect(heard).toContain('"authorization":"Bearer x"');
    expect(heard).toContain('"x-own":"1"');
    expect(heard).not.toMatch(/"(?:x-hop|te|lambda-web-x)"/);
    expect(heard).toMatch(/^x-own: kept/im);
  });

  it("gets bodies of any size, with a length and without, as they come", async () => {
    const played = await play();
    const body = new Uint8Array(30 * MIB);
    expect((await echo(played, { method: "PUT", body })).bytes).toBe(body.length);
    const stream = ReadableStream.from([body, body]);
    const streamed = await echo(played, { method: "PATCH", body: stream, duplex: "half" });
    expect(streamed.bytes).toBe(2 * body.length);
    expect(streamed.headers["transfer-encoding"]).toBe("chunked");
  });

  it("has 1,024 descriptors", async () => {
    const { url } = await play();
    const { opened, code } = (await (await fetch(`${url}/files`)).json()) as { opened: number; code: string };
    expect(code).toBe("EMFILE");
    expect(opened).toBeGreaterThan(900);
    expect(opened).toBeLessThan(1024);
  });

  it("is killed when it holds more memory than an environment has, and started again", async () => {
    const played = await play({ memory: 256 * MIB });
    const { pid } = await echo(played);
    expect((await fetch(`${played.url}/greedy`)).status).toBe(502);
    expect(played.log()).toMatch(/player: killed, it had \d+ bytes of memory/);
    expect((await echo(played)).pid).not.toBe(pid);
  });
});

describe("one way after the other", () => {
  it("hands on no answer before the body is in", async () => {
    const played = await play();
    const client = await rawClient(played.port);
    client.send(asked(played, "/early", 10, "half "));
    await echo(played);
    expect(client.socket.bytesRead).toBe(0);
    client.send("done.");
    expect(await client.heard(/early/)).toMatch(/^HTTP\/1\.1 200 /);
    client.socket.destroy();
  });

  it("is stuck with a program that begins to answer and reads no more of a large body, until the time is over", async () => {
    const played = await play({ timeout: 2000 });
    const client = await rawClient(played.port);
    client.send(asked(played, "/stuck", 64 * MIB));
    client.send(Buffer.alloc(64 * MIB));
    expect(await client.heard(/longer than it may/)).toMatch(/^HTTP\/1\.1 504 /);
    client.socket.destroy();
  });

  it("cuts a request that takes longer than it may, in the middle of its body", async () => {
    const played = await play({ timeout: 1000 });
    const client = await rawClient(played.port);
    client.send(asked(played, "/echo", 10, "half "));
    expect(await client.ended).toMatch(/^HTTP\/1\.1 504 /);
  });
});

describe("requests at a time", () => {
  it("share an environment up to its number, and start another for more", async () => {
    const played = await play({ atATime: 2, most: 2 });
    const clients = await Promise.all([1, 2, 3, 4].map(() => rawClient(played.port)));
    for (const client of clients) client.send(asked(played, "/echo", 10, "half "));
    for (const client of clients) client.send("done.");
    const heard = await Promise.all(clients.map((client) => client.heard(/\}$/)));
    const pids = heard.map((text) => /"pid":(\d+)/.exec(text)?.[1]);
    expect(new Set(pids).size).toBe(2);
    for (const { socket } of clients) socket.destroy();
  });

  it("wait where there is no room", async () => {
    const played = await play({ atATime: 1, most: 1 });
    const first = await rawClient(played.port);
    first.send(asked(played, "/echo", 10, "half "));
    const second = await rawClient(played.port);
    second.send(asked(played, "/echo", 5, "whole"));
    // The endpoint itself refuses a third.
    await converse(played.port, "GET /echo HTTP/1.0\r\n\r\n");
    expect(second.socket.bytesRead).toBe(0);
    first.send("done.");
    expect(await first.heard(/\}$/)).toContain('"bytes":10');
    expect(await second.heard(/\}$/)).toContain('"bytes":5');
    for (const { socket } of [first, second]) socket.destroy();
  });
});

describe("what the endpoint answers by itself", () => {
  const head = (lines: readonly string[]) => `${lines.join("\r\n")}\r\n\r\n`;

  it.each([
    ["417 of Expect", 417, ["PUT /echo HTTP/1.1", "Host: HERE", "Expect: 100-continue", "Content-Length: 5"]],
    ["400 of another method", 400, ["PROPFIND /echo HTTP/1.1", "Host: HERE"]],
    ["404 of another Host", 404, ["GET /echo HTTP/1.1", "Host: registry.example.com"]],
    ["505 of HTTP/1.0", 505, ["GET /echo HTTP/1.0", "Host: HERE"]],
  ] as const)("is %s", async (_, status, lines) => {
    const played = await play();
    const client = await rawClient(played.port);
    client.send(head(lines.map((line) => line.replace("HERE", `127.0.0.1:${played.port}`))));
    expect(await client.ended).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(played.pids()).toEqual([]);
  });

  it("is 502 of a program that ends in the middle of a request; the next one starts another", async () => {
    const played = await play();
    const { pid } = await echo(played);
    const client = await rawClient(played.port);
    client.send(asked(played, "/crash", 10, "half "));
    expect(await client.ended).toMatch(/^HTTP\/1\.1 502 /);
    expect((await echo(played)).pid).not.toBe(pid);
  });
});
