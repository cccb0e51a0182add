import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDigest } from "../../../shared/oci/digest.ts";
import { OciError } from "../../../shared/oci/errors.ts";
import type { BlobSource, ByteRange } from "../../../shared/ports/blobs.ts";
import type { Registry } from "../../../shared/registry/registry.ts";
import { partsOf } from "../../support/byte-parts.ts";
import { ask, bytesOf } from "./ask.ts";

const CONTENT = Buffer.from("0123456789".repeat(10));
const DIGEST = parseDigest(`sha256:${createHash("sha256").update(CONTENT).digest("hex")}`);
const TARGET = `/v2/a/blobs/${DIGEST}`;
const ETAG = `"${DIGEST}"`;
const INFO = { digest: DIGEST, size: CONTENT.length };

const inBytes = (range?: ByteRange): BlobSource => ({
  kind: "stream",
  body: (async function* () {
    yield range ? CONTENT.subarray(range.first, range.last + 1) : CONTENT;
  })(),
});
const elsewhere = (): BlobSource => ({ kind: "redirect", url: "https://example.com/x?signature=1" });

/** One blob in every repository, and how often it was opened. */
function oneBlob(sourceOf: (range?: ByteRange) => BlobSource = inBytes) {
  let opened = 0;
  const operations: Partial<Registry> = {
    statBlob: async () => INFO,
    openBlob: async ({ range: choose }) => {
      const range = choose?.(INFO.size);
      opened += 1;
      return { info: INFO, source: sourceOf(range), ...(range && { range }) };
    },
  };
  return { operations, opens: () => opened };
}

const get = (headers: Record<string, string>, sourceOf?: (range?: ByteRange) => BlobSource) =>
  ask(oneBlob(sourceOf).operations, { target: TARGET, headers });

describe("a blob", () => {
  it("is sent whole, with what a client needs to verify, cache and resume it", async () => {
    const answer = await get({});
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual({
      "Docker-Distribution-Api-Version": "registry/2.0",
      "Docker-Content-Digest": DIGEST,
      "Content-Type": "application/octet-stream",
      "Content-Length": "100",
      "Accept-Ranges": "bytes",
      "Cache-Control": "max-age=31536000",
      ETag: ETAG,
    });
    expect(await bytesOf(answer)).toEqual(CONTENT);
  });

  it("has the same headers for HEAD, which opens nothing and ignores Range", async () => {
    const { operations, opens } = oneBlob();
    const head = await ask(operations, { method: "HEAD", target: TARGET, headers: { range: "bytes=0-1" } });
    expect(head).toEqual({ status: 200, headers: (await get({})).headers, body: { kind: "empty" } });
    expect(opens()).toBe(0);
  });

  it("is opened once for a range", async () => {
    const { operations, opens } = oneBlob();
    const answer = await ask(operations, { target: TARGET, headers: { range: "bytes=5-7" } });
    expect(answer).toMatchObject({
      status: 206,
      headers: { "Content-Range": "bytes 5-7/100", "Content-Length": "3", "Docker-Content-Digest": DIGEST },
    });
    expect((await bytesOf(answer)).toString()).toBe("567");
    expect(opens()).toBe(1);
  });

  it("is not opened at all where the range can't be satisfied", async () => {
    const { operations, opens } = oneBlob();
    const answer = await ask(operations, { target: TARGET, headers: { range: "bytes=100-" } });
    expect(answer).toMatchObject({ status: 416, headers: { "Content-Range": "bytes */100" } });
    expect(opens()).toBe(0);
  });

  it("opens each of several parts when its turn comes", async () => {
    const { operations, opens } = oneBlob();
    const answer = await ask(operations, { target: TARGET, headers: { range: "bytes=0-1,5-6,-1" } });
    expect(opens()).toBe(1);
    await bytesOf(answer);
    expect(opens()).toBe(3);
  });
});

describe("RFC 9110 § 14.6, several parts", () => {
  it("come with their places, and with the exact length of the whole answer", async () => {
    const position = fc.nat(120);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(position, position), { minLength: 2, maxLength: 5 }),
        async (pairs) => {
          const range = pairs.map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`).join(",");
          const answer = await get({ range: `bytes=${range}` });
          fc.pre(answer.headers["Content-Type"]?.startsWith("multipart/byteranges") === true);
          const body = await bytesOf(answer);
          expect(answer.status).toBe(206);
          expect(answer.headers["Content-Length"]).toBe(String(body.length));
          for (const { first, last, size, bytes } of partsOf(answer.headers["Content-Type"], body)) {
            expect(size).toBe(100);
            expect(bytes).toEqual(CONTENT.subarray(first, last + 1));
          }
        },
      ),
    );
  });
});

describe("conditions", () => {
  it.each([ETAG, `W/${ETAG}`, `"x", ${ETAG}`, "*", DIGEST])(
    "If-None-Match %s: the client has it, 304 without a body",
    async (value) => {
      const answer = await get({ "if-none-match": value });
      expect(answer).toMatchObject({ status: 304, headers: { ETag: ETAG }, body: { kind: "empty" } });
      expect(answer.headers).not.toHaveProperty("Content-Length");
    },
  );
  it("If-None-Match of something unknown is still 404", async () => {
    const statBlob = () => Promise.reject(new OciError("BLOB_UNKNOWN"));
    const headers = { "if-none-match": "*" };
    expect(await ask({ statBlob }, { target: TARGET, headers })).toMatchObject({ status: 404 });
  });
  it("If-None-Match of other content: the blob", async () => {
    expect(await get({ "if-none-match": '"x"' })).toMatchObject({ status: 200 });
  });
  it("If-Range of this content: the part", async () => {
    expect(await get({ range: "bytes=0-1", "if-range": ETAG })).toMatchObject({ status: 206 });
  });
  it.each([`W/${ETAG}`, '"x"', "Wed, 21 Oct 2015 07:28:00 GMT"])("If-Range %s: the whole", async (value) => {
    expect(await get({ range: "bytes=0-1", "if-range": value })).toMatchObject({ status: 200 });
    expect(await get({ range: "bytes=500-", "if-range": value })).toMatchObject({ status: 200 });
  });
});

describe("a blob that is served from elsewhere", () => {
  it.each<Record<string, string>>([{}, { range: "bytes=0-1" }, { range: "bytes=0-1,5-6" }])(
    "is a 307 for %o: the client repeats its range there",
    async (headers) => {
      const answer = await get(headers, elsewhere);
      expect(answer).toMatchObject({
        status: 307,
        headers: { Location: "https://example.com/x?signature=1", "Docker-Content-Digest": DIGEST },
        body: { kind: "empty" },
      });
      // The signed URL expires: nobody may keep this answer for a year.
      expect(answer.headers).not.toHaveProperty("Cache-Control");
    },
  );
  it("is never a redirect for HEAD", async () => {
    const { operations } = oneBlob(elsewhere);
    expect(await ask(operations, { method: "HEAD", target: TARGET })).toMatchObject({ status: 200 });
  });
});
