import { beforeAll, describe, expect, it } from "vitest";
import { patterned } from "../support/bodies.ts";
import { partsOf } from "../support/byte-parts.ts";
import { registry } from "../support/registry.ts";
import { bytesOf, pushBlob } from "./support/client.ts";
import { content } from "./support/content.ts";

const berth = registry();
const REPO = "ranges";
const SIZE = 6 * 1024 * 1024 + 7;
const BLOB = content(patterned(SIZE, "ranges"));
const PATH = `/v2/${REPO}/blobs/${BLOB.digest}`;

beforeAll(() => pushBlob(berth, REPO, BLOB));

const get = (headers: Record<string, string>) => berth.fetch(PATH, { headers });

describe("a blob that the registry serves itself", () => {
  it("has its type, length and digest, and caches may keep it", async () => {
    const response = await get({});
    expect([response.status, response.headers.get("Content-Length")]).toEqual([200, String(SIZE)]);
    expect(response.headers.get("Content-Type")).toBe("application/octet-stream");
    expect(response.headers.get("Docker-Content-Digest")).toBe(BLOB.digest);
    expect(response.headers.get("ETag")).toBe(`"${BLOB.digest}"`);
    expect(response.headers.get("Cache-Control")).toBe("max-age=31536000");
    expect(Buffer.compare(await bytesOf(response), BLOB.bytes)).toBe(0);
  });

  it("is empty and whole, where it is empty, for any range", async () => {
    const empty = content("");
    await pushBlob(berth, REPO, empty);
    const path = `/v2/${REPO}/blobs/${empty.digest}`;
    const ranged = await berth.fetch(path, { headers: { Range: "bytes=0-" } });
    expect([ranged.status, ranged.headers.get("Content-Length")]).toEqual([200, "0"]);
  });
});

describe("spec § Pulling blobs: Range, in accordance with RFC 9110 § 14", () => {
  it("says that it serves ranges", async () => {
    expect((await berth.fetch(PATH, { method: "HEAD" })).headers.get("Accept-Ranges")).toBe("bytes");
  });

  it.each([
    ["bytes=0-0", 0, 0],
    ["bytes=500-1499", 500, 1499],
    ["bytes=5242870-5242890", 5_242_870, 5_242_890],
    [`bytes=${SIZE - 10}-`, SIZE - 10, SIZE - 1],
    ["bytes=-500", SIZE - 500, SIZE - 1],
    [`bytes=-${SIZE * 2}`, 0, SIZE - 1],
    [`bytes=100-${SIZE * 2}`, 100, SIZE - 1],
    ["bytes=0-9,99999999-", 0, 9],
  ])("%s is 206 with Content-Range", async (range, first, last) => {
    const response = await get({ Range: range });
    expect(response.status).toBe(206);
    expect(response.headers.get("Content-Range")).toBe(`bytes ${first}-${last}/${SIZE}`);
    expect(response.headers.get("Content-Length")).toBe(String(last - first + 1));
    expect(response.headers.get("Docker-Content-Digest")).toBe(BLOB.digest);
    expect(Buffer.compare(await bytesOf(response), BLOB.bytes.subarray(first, last + 1))).toBe(0);
  });

  it.each([`bytes=${SIZE}-`, "bytes=99999999-999999999", "bytes=-0", "bytes=500-0"])(
    "%s is 416 with the size",
    async (range) => {
      const response = await get({ Range: range });
      expect([response.status, response.headers.get("Content-Range")]).toEqual([416, `bytes */${SIZE}`]);
    },
  );

  it.each(["items=0-9", "bytes=a-b", "bytes=", "bytes=-", "0-9"])(
    "%s is not understood: the whole",
    async (range) => {
      const response = await get({ Range: range });
      expect([response.status, response.headers.get("Content-Length")]).toEqual([200, String(SIZE)]);
      await response.body?.cancel();
    },
  );

  it("serves several ranges as multipart/byteranges, in the order of the request", async () => {
    const response = await get({ Range: "bytes=5242870-5242890,0-9,-5" });
    const body = await bytesOf(response);
    expect(response.status).toBe(206);
    expect(response.headers.get("Content-Length")).toBe(String(body.length));
    const parts = partsOf(response.headers.get("Content-Type") ?? "", body);
    expect(parts.map(({ first, last, size }) => [first, last, size])).toEqual([
      [5_242_870, 5_242_890, SIZE],
      [0, 9, SIZE],
      [SIZE - 5, SIZE - 1, SIZE],
    ]);
    for (const { first, last, bytes } of parts) expect(bytes).toEqual(BLOB.bytes.subarray(first, last + 1));
  });

  it("does not send a byte twice to who asks for it a hundred times", async () => {
    const response = await get({ Range: `bytes=${Array(100).fill("0-").join(",")}` });
    expect(response.headers.get("Content-Length")).toBe(String(SIZE));
    await response.body?.cancel();
  });

  it("lets a client resume only what has not changed: If-Range", async () => {
    const same = await get({ Range: "bytes=0-9", "If-Range": `"${BLOB.digest}"` });
    expect(same.status).toBe(206);
    await same.body?.cancel();
    for (const validator of ['"other"', `W/"${BLOB.digest}"`, "Tue, 24 Nov 2026 13:00:00 GMT"]) {
      const response = await get({ Range: "bytes=0-9", "If-Range": validator });
      expect(response.status).toBe(200);
      await response.body?.cancel();
    }
  });

  it("gives an interrupted download the rest, and both halves are the blob", async () => {
    const begun = await get({ Range: "bytes=0-2999999" });
    const rest = await get({ Range: "bytes=3000000-", "If-Range": begun.headers.get("ETag") ?? "" });
    const whole = Buffer.concat([await bytesOf(begun), await bytesOf(rest)]);
    expect(Buffer.compare(whole, BLOB.bytes)).toBe(0);
  });
});
