import { describe, expect, it } from "vitest";
import { patterned } from "../support/bodies.ts";
import { registry } from "../support/registry.ts";
import {
  beginUpload,
  bytesOf,
  locationOf,
  patch,
  pull,
  put,
  refusalIn,
  statusOf,
  withDigest,
} from "./support/client.ts";
import { ABSENT, type Content, content } from "./support/content.ts";

const berth = registry();
const REPO = "push/monolithic";
/** bytes of a body, or as many as a request can bring */
const asFits = (size: number): number => Math.min(size, berth.largestBody);

async function expectBlob(
  { bytes, digest }: Content,
  location = `/v2/${REPO}/blobs/${digest}`,
): Promise<void> {
  const response = await pull(berth, location);
  expect(response.status).toBe(200);
  expect(Buffer.compare(await bytesOf(response), bytes)).toBe(0);
}

/** The same bytes without a length: fetch sends a stream in chunked transfer encoding. */
const streaming = (bytes: Uint8Array): RequestInit => ({
  body: new Blob([Buffer.from(bytes)]).stream(),
  duplex: "half",
});

describe("spec § POST then PUT", () => {
  it("MUST answer 202 with a Location that names the upload, and where it stands", async () => {
    const response = await berth.fetch(`/v2/${REPO}/blobs/uploads/`, { method: "POST" });
    const id = response.headers.get("Docker-Upload-UUID");
    expect(response.status).toBe(202);
    expect(id).toMatch(/^[0-9a-f-]{32,64}$/);
    const { pathname } = new URL(locationOf(response), berth.url);
    expect(pathname).toBe(`/v2/${REPO}/blobs/uploads/${id}`);
    expect(response.headers.get("Range")).toBe("0-0");
    expect(response.headers.get("Content-Length")).toBe("0");
  });

  it("MUST answer the PUT with 201 and a Location from where the blob can be pulled", async () => {
    const blob = content("monolithic");
    const location = await beginUpload(berth, REPO);
    const response = await put(berth, withDigest(location, blob.digest), blob.bytes);
    expect(response.status).toBe(201);
    expect(response.headers.get("Docker-Content-Digest")).toBe(blob.digest);
    await expectBlob(blob, locationOf(response));
  });

  it.each([0, 1, ...[5 * 1024 * 1024, 11 * 1024 * 1024 + 3].map(asFits)])(
    "takes %i bytes, with a length and without",
    async (size) => {
      const one = content(patterned(size, "length"));
      const other = size === 0 ? one : content(patterned(size, "stream"));
      const first = await put(berth, withDigest(await beginUpload(berth, REPO), one.digest), one.bytes);
      const second = await berth.fetch(withDigest(await beginUpload(berth, REPO), other.digest), {
        method: "PUT",
        ...streaming(other.bytes),
      });
      expect([first.status, second.status]).toEqual([201, 201]);
      await expectBlob(one);
      await expectBlob(other);
    },
  );

  it("takes a PUT again after its answer was lost", async () => {
    const blob = content("said twice");
    const target = withDigest(await beginUpload(berth, REPO), blob.digest);
    expect((await put(berth, target, blob.bytes)).status).toBe(201);
    expect((await put(berth, target, blob.bytes)).status).toBe(201);
    await expectBlob(blob);
  });

  it("takes a blob that is there already", async () => {
    const blob = content("pushed by two");
    for (const _ of [1, 2]) {
      const target = withDigest(await beginUpload(berth, REPO), blob.digest);
      expect((await put(berth, target, blob.bytes)).status).toBe(201);
    }
    await expectBlob(blob);
  });

  it("verifies sha512 without having been told that it comes", async () => {
    const blob = content("a surprise", "sha512");
    const target = withDigest(await beginUpload(berth, REPO), blob.digest);
    expect((await put(berth, target, blob.bytes)).status).toBe(201);
    await expectBlob(blob);
  });
});

describe("spec § Pushing blobs: a digest that is none, or not of these bytes", () => {
  it.each([
    ["none", ""],
    ["empty", "&digest="],
    ["no digest", "&digest=latest"],
    ["too short", "&digest=sha256:abc"],
    ["in capitals", `&digest=${ABSENT.toUpperCase()}`],
    ["of an unknown algorithm", `&digest=md5:${"a".repeat(32)}`],
    ["of other bytes", `&digest=${ABSENT}`],
  ])("SHOULD be a 400, and leaves the upload as it was: %s", async (_what, query) => {
    const blob = content("right in the end");
    const location = await beginUpload(berth, REPO);
    expect(await refusalIn(await put(berth, `${location}${query}`, blob.bytes))).toEqual([
      400,
      "DIGEST_INVALID",
    ]);
    expect(await statusOf(berth, location)).toBe(204);
    expect(await statusOf(berth, `/v2/${REPO}/blobs/${ABSENT}`)).toBe(404);
    expect((await put(berth, withDigest(location, blob.digest), blob.bytes)).status).toBe(201);
  });

  it("leaves nothing visible under the right digest either", async () => {
    const blob = content("never committed");
    const target = withDigest(await beginUpload(berth, REPO), ABSENT);
    expect((await put(berth, target, blob.bytes)).status).toBe(400);
    expect(await statusOf(berth, `/v2/${REPO}/blobs/${blob.digest}`)).toBe(404);
  });
});

describe("spec § Single POST", () => {
  it("MUST answer 201 with the Location of the blob", async () => {
    for (const blob of [content("one request"), content("one request", "sha512"), content("")]) {
      const target = `/v2/${REPO}/blobs/uploads/?digest=${blob.digest}`;
      const response = await berth.fetch(target, { method: "POST", body: Buffer.from(blob.bytes) });
      expect(response.status).toBe(201);
      expect(response.headers.get("Docker-Content-Digest")).toBe(blob.digest);
      await expectBlob(blob, locationOf(response));
    }
  });

  it.each([`sha256:abc`, "", ABSENT])("refuses the digest '%s' and stores nothing", async (digest) => {
    const blob = content("refused in one request");
    const target = `/v2/push/nothing/blobs/uploads/?digest=${digest}`;
    const response = await berth.fetch(target, { method: "POST", body: Buffer.from(blob.bytes) });
    expect(await refusalIn(response)).toEqual([400, "DIGEST_INVALID"]);
    expect(await statusOf(berth, `/v2/push/nothing/blobs/${blob.digest}`)).toBe(404);
    expect(await statusOf(berth, "/v2/push/nothing/tags/list")).toBe(404);
  });
});

describe("what Docker, podman and crane send: POST, PATCH of the whole blob, an empty PUT", () => {
  it.each(["sha256", "sha512"] as const)(
    "takes the PATCH in chunked transfer encoding (%s)",
    async (algorithm) => {
      const blob = content(patterned(asFits(7 * 1024 * 1024 + 1), `docker ${algorithm}`), algorithm);
      const location = await beginUpload(berth, REPO);
      const patched = await berth.fetch(location, { method: "PATCH", ...streaming(blob.bytes) });
      expect(patched.status).toBe(202);
      expect(patched.headers.get("Range")).toBe(`0-${blob.bytes.length - 1}`);
      const closed = await put(berth, withDigest(locationOf(patched), blob.digest));
      expect([closed.status, closed.headers.get("Docker-Content-Digest")]).toEqual([201, blob.digest]);
      await expectBlob(blob);
    },
  );

  it("takes it with a length, and an empty blob", async () => {
    for (const blob of [content("with a length"), content("")]) {
      const patched = await patch(berth, await beginUpload(berth, REPO), blob.bytes);
      expect([patched.status, patched.headers.get("Range")]).toEqual([
        202,
        `0-${Math.max(0, blob.bytes.length - 1)}`,
      ]);
      expect((await put(berth, withDigest(locationOf(patched), blob.digest))).status).toBe(201);
      await expectBlob(blob);
    }
  });
});
