import { describe, expect, it } from "vitest";
import { bodySize, RESULT_LIMITS, resultOf, UnfitAnswerError } from "../../functions/gateway/result.ts";
import { bodiless, empty, json } from "../../shared/http/answers.ts";
import type { HttpAnswer } from "../../shared/http/messages.ts";
import { bodyOf, brokenBody, patterned } from "../support/bodies.ts";

const streaming = (bytes: Uint8Array, headers: Record<string, string> = {}): HttpAnswer => ({
  status: 200,
  headers,
  body: { kind: "stream", body: bodyOf(bytes, 65_536) },
});
const BLOB_HEAD: HttpAnswer = {
  status: 200,
  headers: { "Content-Length": "123456789012" },
  body: { kind: "empty" },
};
/** Whether the result, as Lambda sends it, is within what Lambda sends. */
const isWithin = (result: unknown): boolean =>
  Buffer.byteLength(JSON.stringify(result)) <= RESULT_LIMITS.result;

describe("payload format 2.0: an answer as a result", () => {
  it("sends every body as base64, and says its length", async () => {
    const answer = json(404, { errors: [{ code: "X", message: "✓" }] });
    const result = await resultOf(answer);
    const bytes = Buffer.from(result.body ?? "", "base64");
    expect(JSON.parse(bytes.toString())).toEqual({ errors: [{ code: "X", message: "✓" }] });
    expect(result).toMatchObject({
      statusCode: 404,
      isBase64Encoded: true,
      headers: { "Content-Type": "application/json", "Content-Length": String(bytes.length) },
    });
    expect(bodySize(result)).toBe(bytes.length);
  });

  it("gathers a stream, whose chunks are valid only until the next one is asked for", async () => {
    const bytes = patterned(200_000, 1);
    async function* reusing() {
      const memory = Buffer.alloc(1000);
      for (let at = 0; at < bytes.length; at += memory.length) {
        bytes.copy(memory, 0, at);
        yield memory;
      }
    }
    const result = await resultOf({ status: 206, headers: {}, body: { kind: "stream", body: reusing() } });
    expect(Buffer.from(result.body ?? "", "base64").equals(bytes)).toBe(true);
    expect(result.headers["Content-Length"]).toBe("200000");
  });

  it.each([
    ["a redirect", empty(307, { Location: "https://x.invalid/?sig=a" }), { "Content-Length": "0" }],
    ["204", bodiless(204, { Range: "0-0" }), { Range: "0-0" }],
    ["HEAD of a blob, whose length is the blob's", BLOB_HEAD, { "Content-Length": "123456789012" }],
  ])("sends no body where there is none: %s", async (_, answer, headers) => {
    const result = await resultOf(answer);
    expect(result).not.toHaveProperty("body");
    expect(result).toMatchObject({ statusCode: answer.status, headers });
    expect(bodySize(result)).toBe(0);
  });
});

describe("Lambda's limit of 6 MB for a result", () => {
  const headers = { "Content-Type": "application/octet-stream", "X-Filler": "é".repeat(500) };
  /** The longest body beside these headers, found by trying: what one byte more does, the tests below say. */
  const longest = async (): Promise<number> => {
    let [fits, fails] = [4_000_000, 5_000_000];
    while (fails - fits > 1) {
      const size = Math.floor((fits + fails) / 2);
      const isOk = await resultOf({
        status: 200,
        headers,
        body: { kind: "bytes", bytes: Buffer.alloc(size) },
      }).then(
        () => true,
        () => false,
      );
      if (isOk) fits = size;
      else fails = size;
    }
    return fits;
  };

  it("lets pass what fits, to the last bytes", async () => {
    const size = await longest();
    const result = await resultOf(streaming(Buffer.alloc(size), headers));
    expect(isWithin(result)).toBe(true);
    expect(isWithin({ ...result, body: `${result.body}${"A".repeat(100)}` })).toBe(false);
  });

  it("holds a manifest of 4 MiB, the largest that is accepted", async () => {
    expect(isWithin(await resultOf(streaming(Buffer.alloc(4 * 1024 * 1024), headers)))).toBe(true);
  });

  it("refuses one byte more: an error that says what to do, never a cut body", async () => {
    const size = (await longest()) + 1;
    await expect(resultOf(streaming(Buffer.alloc(size), headers))).rejects.toThrow(/redirect/);
    await expect(resultOf(streaming(Buffer.alloc(size), headers))).rejects.toThrow(UnfitAnswerError);
  });

  it("stops reading there: a blob of gigabytes takes no more memory than fits", async () => {
    let given = 0;
    async function* endless() {
      for (;;) {
        given += 65_536;
        yield Buffer.alloc(65_536);
      }
    }
    const answer: HttpAnswer = { status: 200, headers, body: { kind: "stream", body: endless() } };
    await expect(resultOf(answer)).rejects.toThrow(UnfitAnswerError);
    expect(given).toBeLessThan(RESULT_LIMITS.result);
  });
});

describe("what can't be sent whole is not sent", () => {
  it("refuses a body that is shorter than its headers say", async () => {
    await expect(resultOf(streaming(Buffer.alloc(10), { "Content-Length": "11" }))).rejects.toThrow(
      "the body has 10 bytes where its headers say 11",
    );
  });

  it("rejects with what a stream throws in its middle", async () => {
    const body = brokenBody(Buffer.alloc(10), new Error("the disk failed"));
    await expect(resultOf({ status: 200, headers: {}, body: { kind: "stream", body } })).rejects.toThrow(
      "the disk failed",
    );
  });

  it("refuses headers that API Gateway would not take", async () => {
    const most = RESULT_LIMITS.headers - "Link".length;
    const answer = (length: number) => empty(307, { Link: "x".repeat(length) });
    await expect(resultOf(answer(most))).rejects.toThrow(/10240/);
    expect((await resultOf(answer(most - 100))).statusCode).toBe(307);
  });
});
