import { describe, expect, it } from "vitest";
import { registry } from "../support/registry.ts";
import {
  beginUpload,
  catalogOf,
  locationOf,
  patch,
  placeOf,
  put,
  refusalIn,
  statusOf,
  withDigest,
} from "./support/client.ts";
import { content } from "./support/content.ts";

const berth = registry();
const REPO = "uploads/status";
const CHUNKS = ["alpha, ", "beta, ", "gamma"].map((text) => Buffer.from(text));
const BLOB = content(Buffer.concat(CHUNKS));

describe("spec § Pushing a blob in chunks: the current status (end-13)", () => {
  it("MUST be 204 with Location and Range, at every Location that the upload ever had", async () => {
    const first = await beginUpload(berth, REPO);
    const locations = new Set([first]);
    let last = first;
    let at = 0;
    for (const chunk of CHUNKS) {
      last = locationOf(await patch(berth, last, chunk, placeOf(at, chunk)));
      locations.add(last);
      at += chunk.length;
      for (const location of locations) {
        const status = await berth.fetch(location);
        expect([status.status, status.headers.get("Range")]).toEqual([204, `0-${at - 1}`]);
        // The answer may move the upload; where it moves to must answer, too.
        if (locations.size < 50) locations.add(locationOf(status));
      }
    }
    expect((await put(berth, withDigest(first, BLOB.digest))).status).toBe(201);
  });

  it("is 0-0 before the first byte, as Docker has it, and names the upload", async () => {
    const location = await beginUpload(berth, REPO);
    const response = await berth.fetch(location);
    expect(response.headers.get("Range")).toBe("0-0");
    expect(location).toContain(response.headers.get("Docker-Upload-UUID"));
  });

  it("changes nothing", async () => {
    const location = await beginUpload(berth, REPO);
    for (const _ of [1, 2, 3]) expect(await statusOf(berth, location)).toBe(204);
    expect(await statusOf(berth, location, "HEAD")).toBe(204);
    expect((await put(berth, withDigest(location, BLOB.digest), BLOB.bytes)).status).toBe(201);
  });
});

describe("spec § Cancel a blob upload (end-14)", () => {
  it("SHOULD answer 204; then the upload is unknown", async () => {
    const location = await beginUpload(berth, REPO);
    await patch(berth, location, BLOB.bytes);
    expect(await statusOf(berth, location, "DELETE")).toBe(204);
    for (const method of ["GET", "DELETE", "PATCH"]) {
      expect(await refusalIn(await berth.fetch(location, { method }))).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
    }
    expect((await put(berth, withDigest(location, BLOB.digest))).status).toBe(404);
  });

  it("leaves other uploads alone, and what was committed", async () => {
    const [doomed, other] = [await beginUpload(berth, REPO), await beginUpload(berth, REPO)];
    for (const location of [doomed, other]) await patch(berth, location, BLOB.bytes);
    expect(await statusOf(berth, doomed, "DELETE")).toBe(204);
    expect((await put(berth, withDigest(other, BLOB.digest))).status).toBe(201);
    expect(await statusOf(berth, other, "DELETE")).toBe(404);
    expect(await statusOf(berth, `/v2/${REPO}/blobs/${BLOB.digest}`)).toBe(200);
  });

  it("makes no repository, nor does an upload that is never closed", async () => {
    const location = await beginUpload(berth, "uploads/nothing");
    await patch(berth, location, BLOB.bytes);
    expect(await catalogOf(berth)).not.toContain("uploads/nothing");
    await statusOf(berth, location, "DELETE");
    expect(await statusOf(berth, "/v2/uploads/nothing/tags/list")).toBe(404);
  });
});
