import { describe, expect, it } from "vitest";
import { converse, rawClient } from "../support/raw-client.ts";
import { registry } from "../support/registry.ts";

const berth = registry({ stores: "memory" });

/** The last answer on a connection: its status and its errors. */
function lastAnswer(heard: string) {
  const [, status, body] =
    /HTTP\/1\.1 (\d+)(?:(?!HTTP\/1\.1 )[^])*?\r\n\r\n((?:(?!HTTP\/1\.1 )[^])*)$/.exec(heard) ?? [];
  return { status: Number(status), errors: body ? JSON.parse(body).errors : [] };
}

describe("a request that is no HTTP", () => {
  const MALFORMED: readonly (readonly [what: string, request: string])[] = [
    ["a request line of nonsense", "what is this\r\n\r\n"],
    ["a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    ["an unknown method", "FETCH /v2/ HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["a target with a letter beyond ASCII", "GET /v2/\u00e9/tags/list HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["an unknown version", "GET /v2/ HTTP/7.3\r\nHost: x\r\n\r\n"],
    ["a header without a name", "GET /v2/ HTTP/1.1\r\nHost: x\r\n: nothing\r\n\r\n"],
    ["a space before the colon", "GET /v2/ HTTP/1.1\r\nHost : x\r\n\r\n"],
    ["a control character in a header", "GET /v2/ HTTP/1.1\r\nHost: x\r\nA: \x01\x00\r\n\r\n"],
    ["a length that is no number", "PUT /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n"],
    ["a negative length", "PUT /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"],
    ["two lengths", "PUT /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
    [
      "a length beside chunked encoding (RFC 9112 § 6.3: request smuggling)",
      "POST /v2/ HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    [
      "an encoding that is not chunked last",
      "POST /v2/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
    ],
    ["no host", "GET /v2/ HTTP/1.1\r\n\r\n"],
  ];

  it.each(MALFORMED)("answers 400 to %s, and ends the connection", async (_what, request) => {
    const heard = await converse(berth.port, request);
    expect(heard).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(heard).toMatch(/\r\nConnection: close\r\n/i);
  });

  it("tells what is wrong, in the contract's form", async () => {
    const heard = await converse(berth.port, "what is this\r\n\r\n");
    expect(lastAnswer(heard).errors).toMatchObject([
      { code: "UNSUPPORTED", message: "malformed HTTP request" },
    ]);
    expect(heard).toMatch(/\r\nContent-Type: application\/json\r\n/);
  });

  it("answers 431 to headers of more than 16 KiB", async () => {
    const heard = await converse(
      berth.port,
      `GET /v2/ HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(20_000)}\r\n\r\n`,
    );
    expect(lastAnswer(heard)).toMatchObject({ status: 431, errors: [{ code: "UNSUPPORTED" }] });
  });

  it("answers 431 to a target of more than 16 KiB, also where the client sends megabytes before it listens", async () => {
    const client = await rawClient(berth.port);
    client.socket.pause();
    const request = `GET /v2/${"a".repeat(16_000_000)} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const sent = await new Promise((resolve) => client.socket.write(request, resolve));
    client.socket.resume();
    expect(sent ?? "all").toBe("all");
    expect(lastAnswer(await client.ended).status).toBe(431);
  });

  it("stays alive and well for others", async () => {
    for (const [, request] of MALFORMED) await converse(berth.port, request);
    expect((await berth.fetch("/v2/")).status).toBe(200);
  });
});

describe("a body that breaks the protocol", () => {
  const begin = async () => {
    const answer = await berth.fetch("/v2/broken/blobs/uploads/", { method: "POST" });
    return answer.headers.get("Location") ?? "";
  };

  it("answers 400 to a chunk whose size is no number, and keeps nothing of it", async () => {
    const location = await begin();
    const heard = await converse(
      berth.port,
      `PATCH ${location} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nmany\r\nmore\r\n`,
    );
    expect(heard === "" || lastAnswer(heard).status === 400).toBe(true);
    expect((await berth.fetch(location)).status).toBe(204);
  });

  it("goes on after a client that left in the middle of its body", async () => {
    const location = await begin();
    const client = await rawClient(berth.port);
    client.send(`PATCH ${location} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nonly this`);
    client.socket.destroy();
    await client.ended;
    expect((await berth.fetch(location)).status).toBe(204);
  });
});

describe("an unusual request that is well formed", () => {
  it.each([
    [
      "the absolute form, as proxies send it",
      "GET http://berth.test/v2/ HTTP/1.1\r\nHost: berth.test\r\n",
      200,
    ],
    ["the absolute form without a path", "GET http://berth.test HTTP/1.1\r\nHost: berth.test\r\n", 404],
    ["HTTP/1.0 without a host", "GET /v2/ HTTP/1.0\r\n", 200],
    ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: x\r\n", 404],
    ["a fragment in the target", "GET /v2/#top HTTP/1.1\r\nHost: x\r\n", 404],
    ["an escape that is none", "GET /v2/%zz/tags/list HTTP/1.1\r\nHost: x\r\n", 400],
    ["an expectation that nobody can meet", "GET /v2/ HTTP/1.1\r\nHost: x\r\nExpect: a-miracle\r\n", 417],
    ["an upgrade that is not on offer", "GET /v2/ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n", 200],
  ])("answers %s", async (_what, request, status) => {
    const heard = await converse(berth.port, `${request}Connection: close\r\n\r\n`);
    expect(Number(/^HTTP\/1\.1 (\d+)/.exec(heard)?.[1])).toBe(status);
  });

  it("answers requests that were sent at once in their order", async () => {
    const one = "GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n";
    const last = "GET /v2/nothing/tags/list HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const heard = await converse(berth.port, `${one}${one}${last}`);
    expect([...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      "200",
      "200",
      "404",
    ]);
  });

  it("lets CONNECT end the connection", async () => {
    expect(await converse(berth.port, "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n")).toMatch(
      /^(HTTP\/1\.1 4|$)/,
    );
  });
});
