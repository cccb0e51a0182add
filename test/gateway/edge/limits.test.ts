import { describe, expect, it } from "vitest";
import { converse } from "../../support/raw-client.ts";
import { edgeBefore, telling } from "../support/edge.ts";
import { EDGE_LIMITS } from "./limits.ts";

/** Status and headers of an answer as text: `once HTTP/1.1 …` */
const statusOf = (answer: string): string | undefined => /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1];

describe("what the edge answers by itself", () => {
  const head = (...lines: readonly string[]) => `${lines.join("\r\n")}\r\nConnection: close\r\n\r\n`;
  const host = "Host: a";

  it("is 413 where a URL has more than 8,192 bytes, or line and headers together more than 20,480", async () => {
    const port = await edgeBefore(telling("main"));
    const long = (bytes: number) => `/${"a".repeat(bytes - 1)}`;
    const url = (bytes: number) => converse(port, head(`GET ${long(bytes)} HTTP/1.1`, host));
    expect([statusOf(await url(8192)), statusOf(await url(8193))]).toEqual(["200", "413"]);
    const rest = head("GET / HTTP/1.1", host, "X: ").length - 2;
    const sized = (bytes: number) =>
      converse(port, head("GET / HTTP/1.1", host, `X: ${"x".repeat(bytes - rest)}`));
    const { head: most } = EDGE_LIMITS;
    expect([statusOf(await sized(most)), statusOf(await sized(most + 1))]).toEqual(["200", "413"]);
  });

  it("is 413 where a body says that it has more than 20 GB", async () => {
    const port = await edgeBefore(telling("main"));
    const length = `Content-Length: ${EDGE_LIMITS.body + 1}`;
    expect(statusOf(await converse(port, head("PUT / HTTP/1.1", host, length)))).toBe("413");
  });

  it("is 403 where a GET has a body", async () => {
    const port = await edgeBefore(telling("main"));
    const text = `${head("GET / HTTP/1.1", host, "Content-Length: 2")}{}`;
    expect(statusOf(await converse(port, text))).toBe("403");
  });

  it("is 502 where the origin hangs up, and 504 where it does not answer in time", async () => {
    const port = await edgeBefore(
      ({ socket }) => socket.destroy(),
      () => {},
    );
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(502);
    expect((await fetch(`http://127.0.0.1:${port}/side/x`, { method: "PUT", body: "abc" })).status).toBe(504);
  });
});
