import { describe, expect, it } from "vitest";
import { registry } from "../support/registry.ts";
import {
  beginUpload,
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
const REPO = "push/secret";
const BLOB = content("what only the owner of the upload may send");
const UNKNOWN = [404, "BLOB_UPLOAD_UNKNOWN"];

/** Locations of the same upload as someone would try them who knows all of it but the secret. */
const forged = (location: string, other: string): readonly string[] => {
  const [path = "", query = ""] = location.split("?");
  const secret = new URLSearchParams(query).get("secret") ?? "";
  const turned = secret.startsWith("A") ? `B${secret.slice(1)}` : `A${secret.slice(1)}`;
  return [
    path,
    `${path}?secret=`,
    `${path}?secret=${turned}`,
    `${path}?secret=${secret.slice(0, -1)}`,
    `${path}?secret=${secret}x`,
    `${path}?Secret=${secret}`,
    `${path}?secret=${turned}&secret=${secret}`,
    `${path}?${other.split("?")[1]}`,
  ];
};

describe("an upload's Location", () => {
  it("holds a secret of 256 bits that no other upload has, and that the upload's id does not tell", async () => {
    const locations = await Promise.all(Array.from({ length: 20 }, () => beginUpload(berth, REPO)));
    const secrets = locations.map((location) => new URL(location, berth.url).searchParams.get("secret"));
    for (const secret of secrets) expect(secret).toMatch(/^[\w-]{43}$/);
    expect(new Set(secrets).size).toBe(20);
  });

  it("is the same for all of the upload's life", async () => {
    const location = await beginUpload(berth, REPO);
    const appended = await patch(berth, location, BLOB.bytes, placeOf(0, BLOB.bytes));
    expect(locationOf(appended)).toBe(location);
    expect(locationOf(await berth.fetch(location))).toBe(location);
    const stale = await patch(berth, location, BLOB.bytes, placeOf(0, BLOB.bytes));
    expect([stale.status, locationOf(stale)]).toEqual([416, location]);
  });

  it("may come back with its query in any order, and with what a client adds to it", async () => {
    const location = await beginUpload(berth, REPO);
    const [path, query] = location.split("?");
    const target = `${path}?ns=elsewhere.example&digest=${encodeURIComponent(BLOB.digest)}&${query}`;
    expect((await put(berth, target, BLOB.bytes)).status).toBe(201);
  });
});

describe("an upload of which someone knows all but the secret", () => {
  it("is unknown to every method, tells nothing, and stays as it was", async () => {
    const location = await beginUpload(berth, REPO);
    const half = BLOB.bytes.subarray(0, 10);
    expect((await patch(berth, location, half, placeOf(0, half))).status).toBe(202);
    for (const wrong of forged(location, await beginUpload(berth, REPO))) {
      expect(await refusalIn(await patch(berth, wrong, Buffer.from("evil")))).toEqual(UNKNOWN);
      expect(await refusalIn(await put(berth, withDigest(wrong, BLOB.digest), half))).toEqual(UNKNOWN);
      expect(await refusalIn(await berth.fetch(wrong))).toEqual(UNKNOWN);
      expect(await statusOf(berth, wrong, "HEAD")).toBe(404);
      expect(await statusOf(berth, wrong, "DELETE")).toBe(404);
    }
    expect((await berth.fetch(location)).headers.get("Range")).toBe("0-9");
    const rest = BLOB.bytes.subarray(10);
    expect((await put(berth, withDigest(location, BLOB.digest), rest)).status).toBe(201);
  });

  it("is unknown after its commit, too, so that nobody learns that it was there", async () => {
    const location = await beginUpload(berth, REPO);
    expect((await put(berth, withDigest(location, BLOB.digest), BLOB.bytes)).status).toBe(201);
    expect((await put(berth, withDigest(location, BLOB.digest), BLOB.bytes)).status).toBe(201);
    for (const wrong of forged(location, await beginUpload(berth, REPO))) {
      expect(await refusalIn(await put(berth, withDigest(wrong, BLOB.digest), BLOB.bytes))).toEqual(UNKNOWN);
    }
  });
});
