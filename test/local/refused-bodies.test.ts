import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { rawClient } from "../support/raw-client.ts";
import { says, serving, stopServers } from "../support/serving.ts";

stopServers();

const MIB = 1024 * 1024;
const refuses = async () => ({ ...says("no thank you"), status: 403 });

/** Sends a body of `size` bytes as most clients do, that is without looking whether an answer came meanwhile. */
function push(port: number, size: number): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, method: "PUT", headers: { "Content-Length": size } }, (answer) => {
      let text = "";
      answer
        .setEncoding("utf8")
        .on("data", (piece: string) => {
          text += piece;
        })
        .on("end", () => resolve({ status: answer.statusCode, text }))
        .on("error", reject);
    });
    sent.on("error", reject);
    const piece = Buffer.alloc(MIB);
    let left = size;
    const more = () => {
      while (left > 0) {
        left -= piece.length;
        if (!sent.write(piece)) {
          sent.once("drain", more);
          return;
        }
      }
      sent.end();
    };
    more();
  });
}

describe("a body that nobody wants", () => {
  it.each([1, 8, 48])("does not keep the client from hearing why: %i MiB", async (mebibytes) => {
    const { port } = await serving(refuses);
    expect(await push(port, mebibytes * MIB)).toEqual({ status: 403, text: "no thank you" });
  });

  it.each([8, 48])(
    "is heard about by a client that sends all %i MiB before it listens",
    async (mebibytes) => {
      const { port } = await serving(refuses);
      const client = await rawClient(port);
      client.socket.pause();
      client.send(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${mebibytes * MIB}\r\n\r\n`);
      const sent = await new Promise((resolve) =>
        client.socket.write(Buffer.alloc(mebibytes * MIB), resolve),
      );
      client.socket.resume();
      expect(sent ?? "all").toBe("all");
      expect(await client.ended).toMatch(/ 403 [^]*no thank you$/);
    },
  );

  it("is heard about while it is still being sent", async () => {
    const { port } = await serving(refuses);
    const client = await rawClient(port);
    client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\nthe first bytes");
    expect(await client.heard(/no thank you$/)).toMatch(/^HTTP\/1\.1 403 /);
    client.socket.destroy();
  });

  it("does not cost the connection where its rest is small", async () => {
    const { port } = await serving(refuses);
    const client = await rawClient(port);
    client.send(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n`);
    await client.heard(/ 403 [^]*no thank you$/);
    client.send("helloGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await client.heard(/ 403 [^]* 403 [^]*no thank you$/)).not.toMatch(/Connection: close/i);
    client.socket.destroy();
  });

  it("costs it where it is large, and the client is told so", async () => {
    const { port } = await serving(refuses);
    const client = await rawClient(port);
    client.send(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${2 * MIB}\r\n\r\n`);
    expect(await client.heard(/no thank you$/)).toMatch(/\r\nConnection: close\r\n/i);
    client.send(Buffer.alloc(2 * MIB));
    await client.ended;
  });

  it("ends the connection at last where there is no end to it", async () => {
    const { port } = await serving(refuses);
    const client = await rawClient(port);
    client.send("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    const piece = Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(MIB), Buffer.from("\r\n")]);
    const more = () => {
      while (!client.socket.closed && client.socket.write(piece));
    };
    client.socket.on("drain", more);
    more();
    expect(await client.ended).toMatch(/ 403 [^]*no thank you$/);
  });

  it("may have been read in part", async () => {
    const { port } = await serving(async ({ body }) => {
      for await (const chunk of body) if (chunk.length > 0) break;
      return refuses();
    });
    expect(await push(port, 8 * MIB)).toEqual({ status: 403, text: "no thank you" });
  });
});
