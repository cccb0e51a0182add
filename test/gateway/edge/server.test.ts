import { describe, expect, it } from "vitest";
import { patterned, sameBytes } from "../../support/bodies.ts";
import { rawClient } from "../../support/raw-client.ts";
import { distributionFixture, edgeBefore, type Seen, seen, telling } from "../support/edge.ts";

describe("where the edge leads", () => {
  it("is the origin of the behaviour whose pattern matches, or the one that its function chooses", async () => {
    const port = await edgeBefore(telling("main"), telling("side"));
    for (const [path, at] of [
      ["/", "main"],
      ["/side/", "main"],
      ["/side/x", "side"],
      ["/side/x/y?to=z", "side"],
      ["/side/not-here", "main"],
    ] as const)
      expect(await seen(port, path)).toMatchObject({ at, url: path });
  });

  it("is asked for by its own name, and told what the distribution adds in place of what the client says", async () => {
    const port = await edgeBefore(telling("main"), telling("side"));
    const init = { headers: { "X-By": "me" } };
    const own = { isOwn: true };
    expect(await seen(port, "/", init)).toMatchObject({ ...own, headers: { "x-by": "edge" } });
    expect(await seen(port, "/side/x", init)).toMatchObject({ ...own, headers: { "x-by": "me" } });
  });

  it("gets method, path, query, headers and cookies as they came, but for what functions take away", async () => {
    const port = await edgeBefore(telling("main"), telling("side"));
    const headers = {
      Authorization: "Basic c2VjcmV0",
      Cookie: "a=1; b=2",
      "Content-Range": "0-4",
      "User-Agent": "x/1",
    };
    const init = { method: "PATCH", body: "12345", headers };
    const path = "/a%2Fb/%20?secret=a_b-c&tag=1&tag=2&empty=";
    expect(await seen(port, path, init)).toMatchObject({
      method: "PATCH",
      url: path,
      headers: {
        authorization: "Basic c2VjcmV0",
        cookie: "a=1; b=2",
        "content-range": "0-4",
        "content-length": "5",
        "user-agent": "x/1",
      },
    });
    const { headers: atSide } = await seen(port, "/side/x", init);
    expect(atSide).toMatchObject({ "content-range": "0-4" });
    expect(atSide).not.toHaveProperty("authorization");
    expect(atSide).not.toHaveProperty("cookie");
  });

  it("never hears what one hop says to the next, Expect neither", async () => {
    const port = await edgeBefore(telling("main"));
    const head =
      "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTE: trailers\r\nX-Forwarded-For: 192.0.2.1\r\n";
    const client = await rawClient(port);
    client.send(`${head}Connection: close\r\nContent-Length: 2\r\n\r\n`);
    await client.heard(/^HTTP\/1\.1 100/);
    client.send("{}");
    const answer = await client.ended;
    const { headers } = JSON.parse(answer.slice(answer.indexOf("{"), answer.lastIndexOf("}") + 1)) as Seen;
    expect(headers).not.toHaveProperty("expect");
    expect(headers).not.toHaveProperty("te");
    expect(headers["x-forwarded-for"]).toMatch(/^192\.0\.2\.1, .*127\.0\.0\.1$/);
    expect(headers["via"]).toContain("(CloudFront)");
    expect(headers).toHaveProperty("x-amz-cf-id");
  });
});

describe("an error", () => {
  /** What is said to these requests for one path, of which the first is not found and the second is. */
  const said = async (methods: readonly string[], errors: object = {}) => {
    const left = [404, 200];
    const port = await edgeBefore(
      (_, response) => response.writeHead(left.shift() ?? 500).end("said"),
      undefined,
      distributionFixture({}, errors),
    );
    const answers: string[] = [];
    for (const method of methods) {
      const answer = await fetch(`http://127.0.0.1:${port}/a?${answers.length}`, { method });
      answers.push(`${answer.status} ${await answer.text()}`);
    }
    return answers;
  };

  it("is kept, and said to whoever reads the same path after that", async () => {
    const methods = ["GET", "HEAD", "GET", "PUT"];
    expect(await said(methods)).toEqual(["404 said", "404 ", "404 said", "200 said"]);
  });

  it("is not kept where the distribution says so", async () => {
    const errors = { CustomErrorResponses: [{ ErrorCode: 404, ErrorCachingMinTTL: 0 }] };
    expect(await said(["GET", "GET"], errors)).toEqual(["404 said", "200 said"]);
  });
});

describe("what passes the edge", () => {
  const CHUNKED = "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";

  it("comes to the origin while the client still sends, without a length where the client said none", async () => {
    const first = Promise.withResolvers<string>();
    const port = await edgeBefore((message, response) => {
      let text = `${message.headers["transfer-encoding"]} ${message.headers["content-length"]} `;
      message.on("data", (piece: Buffer) => {
        text += piece.toString();
        first.resolve(text);
      });
      message.on("end", () => response.end(text));
    });
    const client = await rawClient(port);
    client.send(`PATCH / HTTP/1.1\r\nHost: a\r\n${CHUNKED}3\r\nabc\r\n`);
    expect(await first.promise).toBe("chunked undefined abc");
    client.send("3\r\ndef\r\n0\r\n\r\n");
    expect(await client.ended).toContain("chunked undefined abcdef");
  });

  it("comes to the client while the origin still sends", async () => {
    const rest = Promise.withResolvers<void>();
    const port = await edgeBefore((_, response) => {
      response.write("begin");
      void rest.promise.then(() => response.end("end"));
    });
    const client = await rawClient(port);
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await client.heard(/begin/);
    rest.resolve();
    expect(await client.ended).toMatch(/end/);
  });

  it("is every byte of 30 MB, both ways", async () => {
    const bytes = patterned(30_000_000, "edge");
    const port = await edgeBefore((message, response) => {
      const pieces: Buffer[] = [];
      message.on("data", (piece: Buffer) => pieces.push(piece));
      message.on("end", () => response.end(Buffer.concat(pieces)));
    });
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "PUT", body: bytes });
    expect(sameBytes(Buffer.from(await answer.arrayBuffer()), bytes)).toBe(true);
  });

  it("keeps the length that an answer to HEAD says", async () => {
    const port = await edgeBefore(({ method }, response) => {
      response.writeHead(200, { "Content-Length": 12_345, "X-Method": method ?? "" }).end();
    });
    const { headers } = await fetch(`http://127.0.0.1:${port}/`, { method: "HEAD" });
    expect([headers.get("content-length"), headers.get("x-method")]).toEqual(["12345", "HEAD"]);
  });

  it("is an answer that comes before the whole body, too", async () => {
    const port = await edgeBefore((message, response) => {
      message.resume();
      response.writeHead(413).end("too large");
    });
    const body = Buffer.alloc(50_000_000);
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "PATCH", body });
    expect([answer.status, await answer.text()]).toEqual([413, "too large"]);
  });

  it("ends at the origin where the client goes away", async () => {
    const gone = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const port = await edgeBefore((message) => {
      begun.resolve();
      message.resume().once("error", ({ message: text }) => gone.resolve(text));
    });
    const client = await rawClient(port);
    client.send("PATCH / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
    await begun.promise;
    client.socket.destroy();
    expect(await gone.promise).toBe("aborted");
  });
});
