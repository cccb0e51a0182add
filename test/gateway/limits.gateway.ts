import { type IncomingHttpHeaders, request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiServer } from "./http-api/server.ts";
import { createPlayer, servePlayer } from "./support/player.ts";

const MEBIBYTE = 1024 * 1024;
const player = createPlayer();
let server: ApiServer;

beforeAll(async () => {
  server = await servePlayer(player);
});
afterAll(async () => {
  await server.stop();
  await player.stop();
});

const play = (what: string, init?: RequestInit): Promise<Response> =>
  fetch(`${server.url}/play/${what}`, init);

async function outcome(response: Response): Promise<unknown> {
  return { status: response.status, body: await response.json() };
}

/** A body without Content-Length. */
const streamed = (bytes: number): RequestInit => ({
  method: "POST",
  duplex: "half",
  body: ReadableStream.from([Buffer.alloc(bytes)]),
});

describe("HTTP API quotas: what no function ever sees", () => {
  it("answers 404 in its own words where no route matches", async () => {
    expect(await outcome(await fetch(`${server.url}/elsewhere`))).toEqual({
      status: 404,
      body: { message: "Not Found" },
    });
  });

  it("answers 431 for more than 10,240 bytes of request line and headers, and takes as many", async () => {
    const response = await play("echo", { headers: { "x-long": "a".repeat(10_240) } });
    expect(response.status).toBe(431);
    expect((await play("echo", { headers: { "x-long": "a".repeat(9_500) } })).status).toBe(200);
  });

  it("answers 413 for a body of more than 10 MB, with and without Content-Length", async () => {
    const tooLarge = { status: 413, body: { message: "Request Entity Too Large" } };
    const body = Buffer.alloc(10 * MEBIBYTE + 1);
    expect(await outcome(await play("echo", { method: "POST", body }))).toEqual(tooLarge);
    expect(await outcome(await play("echo", streamed(10 * MEBIBYTE + 1)))).toEqual(tooLarge);
  });

  it("answers 403 on a route that asks for a signature", async () => {
    const closed = await servePlayer(player, {}, { isOpen: false });
    expect(await outcome(await fetch(`${closed.url}/play/echo`))).toEqual({
      status: 403,
      body: { message: "Forbidden" },
    });
    await closed.stop();
  });
});

describe("Lambda quotas: 6 MB each way", () => {
  it("counts the event after base64: 4 MiB pass, 4.5 MiB are 413", async () => {
    const post = (bytes: number) => play("echo", { method: "POST", body: Buffer.alloc(bytes) });
    expect((await post(4.5 * MEBIBYTE)).status).toBe(413);
    const passed = await play("answer", {
      method: "POST",
      body: Buffer.from(JSON.stringify({ statusCode: 200, ignored: "x".repeat(4 * MEBIBYTE) })),
    });
    expect(passed.status).toBe(200);
  });

  it("answers 500 for a result of more than 6 MB", async () => {
    expect((await play(`big?${5 * MEBIBYTE}`)).status).toBe(200);
    expect(await outcome(await play(`big?${6 * MEBIBYTE}`))).toEqual({
      status: 500,
      body: { message: "Internal Server Error" },
    });
  });
});

describe("what goes wrong behind the gateway", () => {
  const failed = { status: 500, body: { message: "Internal Server Error" } };

  it.each(["throw", "end"])("answers 500 where the function does not return: %s", async (what) => {
    expect(await outcome(await play(what))).toEqual(failed);
  });

  it("answers 500 for a malformed result", async () => {
    const body = JSON.stringify({ statusCode: "soon" });
    expect(await outcome(await play("answer", { method: "POST", body }))).toEqual(failed);
  });

  it("answers 503 after its timeout, whatever the function still does", async () => {
    const hasty = await servePlayer(player, {}, { integrationTimeout: 200 });
    expect(await outcome(await fetch(`${hasty.url}/play/sleep?5000`))).toEqual({
      status: 503,
      body: { message: "Service Unavailable" },
    });
    await hasty.stop();
  });
});

describe("switches", () => {
  it.each(["411", "501"] as const)("refuses a chunked body with %s where it is told to", async (chunked) => {
    const refusing = await servePlayer(player, { chunked });
    expect((await fetch(`${refusing.url}/play/echo`, streamed(10))).status).toBe(Number(chunked));
    await refusing.stop();
  });

  it("takes a chunked body by default, and tells the function its length", async () => {
    const response = await play("echo", streamed(10));
    expect(await response.json()).toMatchObject({ event: { headers: { "content-length": "10" } } });
  });

  it("sends the length of HEAD as the switch says, down to none at all", async () => {
    const result = Buffer.from(
      JSON.stringify({ statusCode: 200, headers: { "Content-Length": "77" }, body: "12345" }),
    );
    const lengthFor = async (headLength: "function" | "body" | "none"): Promise<string | undefined> => {
      const api = await servePlayer(player, { headLength });
      const headers = await head(`${api.url}/play/answer`, result);
      await api.stop();
      return headers["content-length"];
    };
    expect(await lengthFor("function")).toBe("77");
    expect(await lengthFor("body")).toBe("5");
    expect(await lengthFor("none")).toBeUndefined();
  });
});

/** fetch can't send a body with HEAD, which is how the player learns what to answer. */
function head(url: string, body: Uint8Array): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const headers = { "content-length": body.length };
    const sent = request(url, { method: "HEAD", agent: false, headers }, (response) => {
      response.resume();
      resolve(response.headers);
    });
    sent.once("error", reject);
    sent.end(body);
  });
}
