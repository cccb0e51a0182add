import { describe, expect, it } from "vitest";
import { patterned } from "../support/bodies.ts";
import { registry } from "../support/registry.ts";
import {
  beginUpload,
  bytesOf,
  codeOf,
  locationOf,
  patch,
  placeOf,
  pull,
  put,
  refusalIn,
  statusOf,
  withDigest,
} from "./support/client.ts";
import { type Content, content } from "./support/content.ts";
import { send } from "./support/raw.ts";

const berth = registry();
const REPO = "push/chunked";
const ONE = Buffer.from("the first chunk, ");
const TWO = Buffer.from("and the second");
const BOTH = content(Buffer.concat([ONE, TWO]));

async function expectBlob({ bytes, digest }: Content): Promise<void> {
  const response = await pull(berth, `/v2/${REPO}/blobs/${digest}`);
  expect(response.status).toBe(200);
  expect(Buffer.compare(await bytesOf(response), bytes)).toBe(0);
}

/** Where the upload stands, as a client reads it. */
async function rangeAt(location: string): Promise<string | null> {
  const response = await berth.fetch(location);
  expect(response.status).toBe(204);
  return response.headers.get("Range");
}

async function uploadWithFirstChunk(): Promise<string> {
  const response = await patch(berth, await beginUpload(berth, REPO), ONE, placeOf(0, ONE));
  expect(response.status).toBe(202);
  return locationOf(response);
}

describe("spec § Pushing a blob in chunks", () => {
  it("MUST answer each chunk with 202, Location and the Range so far", async () => {
    const location = await beginUpload(berth, REPO);
    const first = await patch(berth, location, ONE, placeOf(0, ONE));
    expect([first.status, first.headers.get("Range")]).toEqual([202, `0-${ONE.length - 1}`]);
    const second = await patch(berth, locationOf(first), TWO, placeOf(ONE.length, TWO));
    expect([second.status, second.headers.get("Range")]).toEqual([202, `0-${BOTH.bytes.length - 1}`]);
    const closed = await put(berth, withDigest(locationOf(second), BOTH.digest));
    expect([closed.status, locationOf(closed)]).toEqual([201, `/v2/${REPO}/blobs/${BOTH.digest}`]);
    await expectBlob(BOTH);
  });

  it("takes the last chunk in the closing PUT, with and without its place", async () => {
    for (const place of [placeOf(ONE.length, TWO), {}]) {
      const target = withDigest(await uploadWithFirstChunk(), BOTH.digest);
      expect((await put(berth, target, TWO, place)).status).toBe(201);
    }
    await expectBlob(BOTH);
  });

  it("takes chunks of any size, also such as no store takes for a part", async () => {
    const wanted = [1, 1024 * 1024, 0, 5 * 1024 * 1024 + 1, 3, 6 * 1024 * 1024, 100];
    const sizes = wanted.map((size) => Math.min(size, berth.largestBody));
    const blob = content(
      patterned(
        sizes.reduce((sum, size) => sum + size, 1024 * 1024),
        "sizes",
      ),
    );
    let location = await beginUpload(berth, REPO);
    let at = 0;
    for (const size of sizes) {
      const chunk = blob.bytes.subarray(at, at + size);
      const response = await patch(berth, location, chunk, size === 0 ? {} : placeOf(at, chunk));
      expect(response.status).toBe(202);
      location = locationOf(response);
      at += size;
      expect(response.headers.get("Range")).toBe(`0-${at - 1}`);
    }
    const rest = blob.bytes.subarray(at);
    expect((await put(berth, withDigest(location, blob.digest), rest, placeOf(at, rest))).status).toBe(201);
    await expectBlob(blob);
  });

  it("takes Content-Range as HTTP writes it, too", async () => {
    const location = await uploadWithFirstChunk();
    const headers = { "Content-Range": `bytes ${ONE.length}-${BOTH.bytes.length - 1}/*` };
    expect((await patch(berth, location, TWO, headers)).status).toBe(202);
    expect((await put(berth, withDigest(location, BOTH.digest))).status).toBe(201);
  });

  it.each(["sha512", "sha256"] as const)("takes digest-algorithm=%s (end-4c)", async (algorithm) => {
    const blob = content(BOTH.bytes, algorithm);
    let location = await beginUpload(berth, REPO, `?digest-algorithm=${algorithm}`);
    location = locationOf(await patch(berth, location, ONE, placeOf(0, ONE)));
    location = locationOf(await patch(berth, location, TWO, placeOf(ONE.length, TWO)));
    expect((await put(berth, withDigest(location, blob.digest))).status).toBe(201);
    await expectBlob(blob);
  });

  it("verifies a digest of another algorithm than it was told, or not told", async () => {
    const blob = content(patterned(6 * 1024 * 1024, "late"), "sha512");
    const half = blob.bytes.subarray(0, 3 * 1024 * 1024);
    const rest = blob.bytes.subarray(half.length);
    const location = await beginUpload(berth, REPO);
    await patch(berth, location, half, placeOf(0, half));
    const wrong = withDigest(location, content("other", "sha512").digest);
    expect(await refusalIn(await put(berth, wrong, rest, placeOf(half.length, rest)))).toEqual([
      400,
      "DIGEST_INVALID",
    ]);
    expect(
      (await put(berth, withDigest(location, blob.digest), rest, placeOf(half.length, rest))).status,
    ).toBe(201);
    await expectBlob(blob);
  });

  it.each(["sha1", "md5", "blake3", "SHA256", ""])("refuses digest-algorithm=%s", async (algorithm) => {
    const target = `/v2/${REPO}/blobs/uploads/?digest-algorithm=${algorithm}`;
    expect(await refusalIn(await berth.fetch(target, { method: "POST" }))).toEqual([400, "DIGEST_INVALID"]);
  });
});

describe("spec § Pushing a blob in chunks: a chunk out of order", () => {
  const last = BOTH.bytes.length - 1;
  it.each([
    ["skips ahead", `${ONE.length + 1}-${last + 1}`],
    ["begins anew", `0-${TWO.length - 1}`],
    ["overlaps", `${ONE.length - 1}-${last - 1}`],
    ["is far away", `${2 ** 52}-${2 ** 52 + TWO.length - 1}`],
  ])("MUST be a 416 where it %s, and changes nothing", async (_what, range) => {
    const location = await uploadWithFirstChunk();
    for (const response of [
      await patch(berth, location, TWO, { "Content-Range": range }),
      await put(berth, withDigest(location, BOTH.digest), TWO, { "Content-Range": range }),
    ]) {
      expect(response.status).toBe(416);
      // With these a client goes on by itself.
      expect(locationOf(response)).toBe(location);
      expect(response.headers.get("Range")).toBe(`0-${ONE.length - 1}`);
      expect(await codeOf(response)).toBe("RANGE_INVALID");
    }
    expect(await rangeAt(location)).toBe(`0-${ONE.length - 1}`);
    expect((await patch(berth, location, TWO, placeOf(ONE.length, TWO))).status).toBe(202);
    expect((await put(berth, withDigest(location, BOTH.digest))).status).toBe(201);
    await expectBlob(BOTH);
  });

  it("MUST be a 416 where the first does not begin with 0", async () => {
    const location = await beginUpload(berth, REPO);
    const response = await patch(berth, location, TWO, placeOf(ONE.length, TWO));
    expect(response.status).toBe(416);
    expect((await patch(berth, location, ONE, placeOf(0, ONE))).status).toBe(202);
  });

  it("MUST be a 416 where it is sent a second time, and the upload goes on", async () => {
    const location = await uploadWithFirstChunk();
    expect((await patch(berth, location, ONE, placeOf(0, ONE))).status).toBe(416);
    const target = withDigest(location, BOTH.digest);
    expect((await put(berth, target, TWO, placeOf(ONE.length, TWO))).status).toBe(201);
    await expectBlob(BOTH);
  });
});

describe("a chunk that contradicts itself", () => {
  it.each([
    ["longer than its range", `${ONE.length}-${ONE.length + 3}`, 400],
    ["shorter than its range", `${ONE.length}-${ONE.length + 500}`, 400],
    ["with a range that ends before it begins", `${ONE.length}-${ONE.length - 1}`, 416],
    ["with a range that is none", "all", 400],
    ["with an open range", `${ONE.length}-`, 400],
    ["with a range beyond any number", `${ONE.length}-${"9".repeat(40)}`, 416],
  ])("is refused and changes nothing: %s", async (_what, range, status) => {
    const location = await uploadWithFirstChunk();
    const headers = { "Content-Range": range };
    expect((await patch(berth, location, TWO, headers)).status).toBe(status);
    expect((await put(berth, withDigest(location, BOTH.digest), TWO, headers)).status).toBe(status);
    expect(await rangeAt(location)).toBe(`0-${ONE.length - 1}`);
    const target = withDigest(location, BOTH.digest);
    expect((await put(berth, target, TWO, placeOf(ONE.length, TWO))).status).toBe(201);
    await expectBlob(BOTH);
  });

  it.each([
    ["longer", TWO.length - 2],
    ["shorter", TWO.length + 2],
  ])("is refused where it is %s than its range, and comes without a length", async (_what, length) => {
    const location = await uploadWithFirstChunk();
    const response = await berth.fetch(location, {
      method: "PATCH",
      headers: { "Content-Range": `${ONE.length}-${ONE.length + length - 1}` },
      body: new Blob([TWO]).stream(),
      duplex: "half",
    });
    expect(await refusalIn(response)).toEqual([400, "SIZE_INVALID"]);
    expect(await rangeAt(location)).toBe(`0-${ONE.length - 1}`);
    expect((await put(berth, withDigest(location, BOTH.digest), TWO)).status).toBe(201);
  });

  it("is in no later request's way where the client goes away in the middle", async () => {
    const location = await uploadWithFirstChunk();
    await send(berth, { method: "PATCH", path: location, announce: 1000, body: TWO, leave: true });
    expect((await put(berth, withDigest(location, BOTH.digest), TWO)).status).toBe(201);
    await expectBlob(BOTH);
  });
});

describe("an upload that is over", () => {
  it("takes nothing more, and its blob stays", async () => {
    const location = await uploadWithFirstChunk();
    expect((await put(berth, withDigest(location, BOTH.digest), TWO)).status).toBe(201);
    expect(await refusalIn(await patch(berth, location, ONE))).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
    expect(await refusalIn(await berth.fetch(location))).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
    expect((await put(berth, withDigest(location, content("other").digest))).status).toBe(404);
    await expectBlob(BOTH);
  });

  it("is unknown in every other repository", async () => {
    const location = await uploadWithFirstChunk();
    const elsewhere = location.replace(REPO, "push/elsewhere");
    expect(await statusOf(berth, elsewhere)).toBe(404);
    expect((await patch(berth, elsewhere, TWO)).status).toBe(404);
    expect((await put(berth, withDigest(elsewhere, BOTH.digest), TWO)).status).toBe(404);
    expect(await statusOf(berth, elsewhere, "DELETE")).toBe(404);
    expect(await rangeAt(location)).toBe(`0-${ONE.length - 1}`);
  });

  it.each(["0b0c4cba-0000-4000-8000-000000000000", "latest", "..", "A", "0".repeat(65), "%00"])(
    "or never was, is a 404: %s",
    async (id) => {
      const path = `/v2/${REPO}/blobs/uploads/${id}?secret=${"s".repeat(43)}`;
      for (const method of ["GET", "PATCH", "DELETE"]) {
        const answer = await send(berth, { method, path });
        expect([answer.status, answer.code]).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
      }
      const answer = await send(berth, { method: "PUT", path: withDigest(path, BOTH.digest) });
      expect([answer.status, answer.code]).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
    },
  );
});
