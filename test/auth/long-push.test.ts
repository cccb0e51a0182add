import { beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../local/system-clock.ts";
import { patch, put, withDigest } from "../spec/support/client.ts";
import { content, image } from "../spec/support/content.ts";
import { guardedRegistry } from "./support/guarded-registry.ts";

const HOUR = 3_600_000;
let ahead = 0;
const berth = guardedRegistry({ clock: { ...systemClock, now: () => Date.now() + ahead } });
const BLOB = content("a layer that takes an hour to send");

beforeEach(() => {
  ahead = 0;
});

const SCOPE = "repository:shop/a:pull,push";
const begin = async (token: string): Promise<string> => {
  const response = await berth.fetch("/v2/shop/a/blobs/uploads/", { method: "POST" }, { token });
  expect(response.status).toBe(202);
  return response.headers.get("location") ?? "";
};

describe("a push that outlives its token", () => {
  it("goes on with its upload, whatever it shows meanwhile", async () => {
    const token = await berth.tokenFor("ben", SCOPE);
    const location = await begin(token);
    ahead = HOUR;
    expect((await berth.fetch("/v2/", {}, { token })).status).toBe(401);
    const headers = { Authorization: `Bearer ${token}` };
    const sent = await patch(berth, location, BLOB.bytes, headers);
    expect(sent.status).toBe(202);
    const next = sent.headers.get("location") ?? "";
    expect((await put(berth, withDigest(next, BLOB.digest), undefined, headers)).status).toBe(201);
  });

  it("needs another token for what is no upload", async () => {
    const token = await berth.tokenFor("ben", SCOPE);
    ahead = HOUR;
    const body = image({ config: BLOB }).bytes.toString();
    const pushed = (as: string) =>
      berth.fetch("/v2/shop/a/manifests/v1", { method: "PUT", body }, { token: as });
    const refused = await pushed(token);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toContain(`scope="${SCOPE}",error="invalid_token"`);
    expect((await pushed(await berth.tokenFor("ben", SCOPE))).status).not.toBe(401);
  });
});

describe("an upload's location", () => {
  it("is good for nobody who does not know its secret, whatever their rights are", async () => {
    const location = await begin(await berth.tokenFor("ben", SCOPE));
    const guessed = location.replace(/secret=[\w-]{43}/, `secret=${"A".repeat(43)}`);
    expect(guessed).not.toBe(location);
    const token = await berth.tokenFor("ada", "repository:shop/a:*");
    for (const method of ["GET", "PATCH", "DELETE"]) {
      expect((await berth.fetch(guessed, { method }, { token })).status).toBe(404);
      expect((await berth.fetch(guessed.replace(/\?.*/, ""), { method }, { name: "ada" })).status).toBe(404);
    }
    expect((await berth.fetch(location)).status).toBe(204);
  });
});

describe("a pull with a token", () => {
  it("reads no more than a pull from a registry that asks nobody: the manifest", async () => {
    const config = content("{}");
    const admin = { fetch: (path: string, init?: RequestInit) => berth.fetch(path, init, { name: "ada" }) };
    const begun = await admin.fetch("/v2/shop/a/blobs/uploads/", { method: "POST" });
    await put(admin, withDigest(begun.headers.get("location") ?? "", config.digest), config.bytes);
    const { bytes, mediaType } = image({ config });
    const headers = { "Content-Type": mediaType };
    const pushed = await admin.fetch("/v2/shop/a/manifests/v1", {
      method: "PUT",
      body: bytes.toString(),
      headers,
    });
    expect(pushed.status).toBe(201);

    const token = await berth.tokenFor("ben", "repository:shop/a:pull");
    const [touched, looked] = [berth.touched(), berth.people.looked()];
    expect((await berth.fetch("/v2/shop/a/manifests/v1", {}, { token })).status).toBe(200);
    expect(berth.touched() - touched).toBe(1);
    expect(berth.people.looked()).toBe(looked);
  });
});
