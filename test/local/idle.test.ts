import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { rawClient } from "../support/raw-client.ts";
import { says, serving, stopServers } from "../support/serving.ts";

stopServers();

const MIB = 1024 * 1024;
const reads = async ({ body }: { body: AsyncIterable<Uint8Array> }) => {
  let size = 0;
  for await (const chunk of body) size += chunk.length;
  return says(`took ${size}`);
};
async function* zeros(mebibytes: number) {
  for (let sent = 0; sent < mebibytes; sent += 1) yield Buffer.alloc(MIB);
}
const sends = (mebibytes: number) => async () => ({
  status: 200,
  headers: { "Content-Length": String(mebibytes * MIB) },
  body: { kind: "stream" as const, body: zeros(mebibytes) },
});

describe("a client that stalls is dropped", () => {
  it("when it stops to send its body", async () => {
    const { port } = await serving(reads, { idleMilliseconds: 200 });
    const client = await rawClient(port);
    client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
    expect(await client.ended).toBe("");
  });

  it("when it stops to send its headers", async () => {
    const { port } = await serving(reads, { idleMilliseconds: 200 });
    const client = await rawClient(port);
    client.send("PUT / HTTP/1.1\r\nHo");
    expect(await client.ended).not.toMatch(/200/);
  });

  it("when its headers take too long as a whole, however it drips; it is told so", async () => {
    const { port } = await serving(reads, { headersMilliseconds: 300 });
    const client = await rawClient(port);
    client.send("GET / HTTP/1.1\r\nHost: x\r\nA: ");
    const drip = setInterval(() => client.send("a"), 50);
    const heard = await client.ended;
    clearInterval(drip);
    expect(heard).toMatch(/^HTTP\/1\.1 408 [^]*"the request did not come in time"/);
  });

  it("when it says nothing at all", async () => {
    const { port } = await serving(reads, { idleMilliseconds: 200 });
    expect(await (await rawClient(port)).ended).toBe("");
  });

  it("when it stops to take a stream", async () => {
    const { port } = await serving(sends(64), { idleMilliseconds: 200 });
    const client = await rawClient(port);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.heard(/200 OK/);
    client.socket.pause();
    await sleep(1500);
    client.socket.resume();
    expect((await client.ended).length).toBeLessThan(64 * MIB);
  });

  it("when it stops to take an answer that is in memory", async () => {
    const answer = says("x".repeat(64 * MIB));
    const server = await serving(async () => answer, { idleMilliseconds: 200 });
    const client = await rawClient(server.port);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.heard(/200 OK/);
    client.socket.pause();
    // Stopping with much grace waits for what is under way: it is over when the server has dropped the client.
    await server.stop(25_000);
    client.socket.resume();
    expect((await client.ended).length).toBeLessThan(64 * MIB);
  });
});

describe("a client that does not stall is not", () => {
  it("when it sends slowly, for longer than the idle time", async () => {
    const { port } = await serving(reads, { idleMilliseconds: 2000 });
    const client = await rawClient(port);
    client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\nConnection: close\r\n\r\n");
    for (let sent = 0; sent < 12; sent += 1) {
      await sleep(250);
      client.send("x");
    }
    expect(await client.ended).toMatch(/took 12$/);
  });

  it("when it takes slowly, for longer than the idle time", async () => {
    const { port } = await serving(sends(12), { idleMilliseconds: 2000 });
    const client = await rawClient(port);
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let pauses = 0;
    client.socket.on("data", () => {
      if (client.socket.bytesRead < pauses * MIB) return;
      pauses += 1;
      client.socket.pause();
      setTimeout(() => client.socket.resume(), 250);
    });
    expect((await client.ended).length).toBeGreaterThan(12 * MIB);
  });

  it("when it waits for us", async () => {
    const answers = async () => {
      await sleep(1000);
      return says("at last");
    };
    const { port } = await serving(answers, { idleMilliseconds: 200 });
    const client = await rawClient(port);
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(await client.ended).toMatch(/at last$/);
  });

  it("when we are slow to take what it sent", async () => {
    const slowly = async ({ body }: { body: AsyncIterable<Uint8Array> }) => {
      let size = 0;
      for await (const chunk of body) {
        size += chunk.length;
        if (size === chunk.length) await sleep(1000);
      }
      return says(`took ${size}`);
    };
    const { port } = await serving(slowly, { idleMilliseconds: 200 });
    const client = await rawClient(port);
    client.send(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${8 * MIB}\r\nConnection: close\r\n\r\n`);
    client.send(Buffer.alloc(8 * MIB));
    expect(await client.ended).toMatch(/took 8388608$/);
  });
});
