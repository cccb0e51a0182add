import { request } from "node:http";
import { describe, expect, it } from "vitest";
import type { Log } from "../../local/log.ts";
import { ClientAbortedError } from "../../shared/http/messages.ts";
import { converse, rawClient } from "../support/raw-client.ts";
import { says, serving, stopServers } from "../support/serving.ts";

stopServers();

type Entry = Readonly<Record<string, unknown>>;
function keepingLog(): { log: Log; entries: Entry[] } {
  const entries: Entry[] = [];
  const at = (level: string) => (entry: unknown, text?: string) =>
    void entries.push(typeof entry === "object" ? { level, text, ...entry } : { level, text: entry });
  const log = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    fatal: at("fatal"),
  };
  return { log: { ...log, isLevelEnabled: () => true, audit: () => {} }, entries };
}

describe("what every answer has", () => {
  it("is a request id, another for each", async () => {
    const { url } = await serving(async () => says("hello"));
    const ids = await Promise.all([1, 2, 3].map(async () => (await fetch(url)).headers.get("X-Request-Id")));
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toMatch(/^[a-z0-9-]{10,}$/);
  });

  it("is no body where it answers HEAD, but the length of one", async () => {
    const { port } = await serving(async () => ({ ...says("hello"), body: { kind: "empty" } }));
    const heard = await converse(port, "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(heard).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Content-Length: 5\r\n[^]*\r\n\r\n$/);
  });

  it("keeps the connection for the next request", async () => {
    const { port } = await serving(async ({ path }) => says(path));
    const client = await rawClient(port);
    client.send("GET /one HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.heard(/\/one$/);
    client.send("GET /two HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await client.heard(/\/two$/)).not.toMatch(/Connection: close/i);
    client.socket.destroy();
  });
});

describe("a defect", () => {
  const broken = async () => {
    throw new TypeError("secret of the house");
  };

  it("answers 500 in the contract's form, with the request id and nothing else", async () => {
    const { url } = await serving(broken);
    const answer = await fetch(url);
    const text = await answer.text();
    expect(answer.status).toBe(500);
    expect(JSON.parse(text).errors).toMatchObject([
      { code: "UNKNOWN", detail: { requestId: answer.headers.get("X-Request-Id") } },
    ]);
    expect(text).not.toMatch(/secret|TypeError|\.ts/);
  });

  it("is logged with its stack under that id", async () => {
    const { log, entries } = keepingLog();
    const { url } = await serving(broken, { log });
    const id = (await fetch(url)).headers.get("X-Request-Id");
    const entry = entries.find(({ level }) => level === "error");
    const stack = expect.stringMatching(/secret of the house[^]*server\.test\.ts/);
    expect(entry).toMatchObject({ request: id, method: "GET", path: "/", err: { stack } });
  });

  it("in the middle of a body cuts the connection, so that nobody takes a part for the whole", async () => {
    async function* half() {
      yield Buffer.from("half");
      throw new Error("the disk failed");
    }
    const { port } = await serving(async () => ({
      status: 200,
      headers: { "Content-Length": "8" },
      body: { kind: "stream", body: half() },
    }));
    const heard = await converse(port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(heard).not.toMatch(/half.+/);
  });

  it("that ends a body early cuts the connection too", async () => {
    async function* short() {
      yield Buffer.from("half");
    }
    const { log, entries } = keepingLog();
    const { url } = await serving(
      async () => ({
        status: 200,
        headers: { "Content-Length": "8" },
        body: { kind: "stream", body: short() },
      }),
      { log },
    );
    await expect(fetch(url).then((answer) => answer.text())).rejects.toThrow(/terminated|fetch failed/);
    expect(entries.at(-1)?.["err"]).toMatchObject({ message: "the body ended after 4 of 8 bytes" });
  });
});

async function drop(body: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of body) size += chunk.length;
  return size;
}

describe("a client that leaves", () => {
  it("in the middle of its own body ends the request, and nothing is answered", async () => {
    const { log, entries } = keepingLog();
    const seen = Promise.withResolvers<unknown>();
    const server = await serving(
      async ({ body }) => {
        try {
          await drop(body);
        } catch (error) {
          seen.resolve(error);
          throw error;
        }
        return says("whole");
      },
      { log },
    );
    const client = await rawClient(server.port);
    client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nonly this");
    client.socket.destroy();
    expect(await seen.promise).toBeInstanceOf(ClientAbortedError);
    await server.stop(1000);
    expect(entries.filter(({ level }) => level === "error")).toEqual([]);
    expect(entries.some(({ text }) => text === "cut short by the client")).toBe(true);
  });

  it("in the middle of a download ends the reading from the store", async () => {
    const ended = Promise.withResolvers<string>();
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(65_536);
      } finally {
        ended.resolve("closed");
      }
    }
    const { port } = await serving(async () => ({
      status: 200,
      headers: {},
      body: { kind: "stream", body: endless() },
    }));
    const client = await rawClient(port);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.heard(/200 OK/);
    client.socket.destroy();
    expect(await ended.promise).toBe("closed");
  });
});

describe("what the log says of a request", () => {
  it("is method, path, status, bytes and time; writes at info, reads at debug", async () => {
    const { log, entries } = keepingLog();
    const server = await serving(async () => says("hello"), { log });
    await fetch(`${server.url}/read`);
    await fetch(`${server.url}/write`, { method: "PUT", body: "x" });
    await server.stop(1000);
    const common = { text: "answered", status: 200, bytes: 5, milliseconds: expect.any(Number) };
    expect(entries).toMatchObject([
      { ...common, level: "debug", method: "GET", path: "/read" },
      { ...common, level: "info", method: "PUT", path: "/write" },
    ]);
  });

  it("is never what may be secret: no headers, no query", async () => {
    const { log, entries } = keepingLog();
    const server = await serving(async () => says("hello"), { log });
    await fetch(`${server.url}/x?token=open-sesame`, {
      method: "POST",
      headers: { Authorization: "Basic open-sesame" },
    });
    await server.stop(1000);
    expect(entries).toHaveLength(1);
    expect(JSON.stringify(entries)).not.toContain("open-sesame");
  });
});

describe("the number of connections", () => {
  it("is bounded: one too many is closed at once", async () => {
    const { port } = await serving(async () => says("hello"), { maxConnections: 2 });
    const clients = await Promise.all([rawClient(port), rawClient(port)]);
    for (const client of clients) {
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      await client.heard(/hello$/);
    }
    const refused = await rawClient(port);
    expect(await refused.ended).toBe("");
    for (const { socket } of clients) socket.destroy();
  });
});

describe("Expect: 100-continue", () => {
  it("gets 100 when the body is wanted", async () => {
    const { port } = await serving(async ({ body }) => {
      let text = "";
      for await (const chunk of body) text += Buffer.from(chunk).toString();
      return says(text);
    });
    const sent = request({ port, method: "PUT", headers: { Expect: "100-continue", "Content-Length": 5 } });
    sent.on("continue", () => sent.end("hello"));
    sent.flushHeaders();
    const status = await new Promise((resolve) =>
      sent.on("response", (answer) => resolve(answer.statusCode)),
    );
    expect(status).toBe(200);
  });

  it("gets the refusal and the end of the connection, and no 100, when it is not", async () => {
    const { port } = await serving(async () => ({ ...says("no"), status: 404 }));
    const heard = await converse(
      port,
      "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000000000\r\n\r\n",
    );
    expect(heard).toMatch(/^HTTP\/1\.1 404 [^]*Connection: close[^]*no$/i);
  });
});
