import { createHash } from "node:crypto";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { AuditEvent } from "../../shared/audit/event.ts";
import { administered } from "../admin/support.ts";

const events: AuditEvent[] = [];
const berth = administered({ tokens: true, audit: (event) => events.push(event) });
const { ask } = berth;
const by = { actor: "user:admin", from: "127.0.0.1" };
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const config = Buffer.from("{}");
const digestOf = (bytes: Uint8Array) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: MANIFEST,
  config: {
    mediaType: "application/vnd.oci.image.config.v1+json",
    digest: digestOf(config),
    size: config.length,
  },
  layers: [],
});
const digest = digestOf(Buffer.from(manifest));
const headers = { "Content-Type": MANIFEST };
const put = (tag: string) => ask(`/v2/shop/api/manifests/${tag}`, { method: "PUT", body: manifest, headers });

let eve = "";
beforeAll(async () => {
  await ask(`/v2/shop/api/blobs/uploads/?digest=${digestOf(config)}`, { method: "POST", body: "{}" });
  await ask("/v2/_berth/people", { method: "POST", body: { name: "eve" } });
  const { body } = await ask("/v2/_berth/keys", { method: "POST", body: { owner: "user:eve", name: "one" } });
  eve = `eve:${(body as { secret: string }).secret}`;
  events.length = 0;
});
afterEach(() => {
  events.length = 0;
});

describe("the audit", () => {
  it("tells who pushed, mounted and deleted what, from where, and what became of it", async () => {
    expect((await put("v1")).status).toBe(201);
    await ask(`/v2/shop/copy/blobs/uploads/?mount=${digestOf(config)}&from=shop/api`, { method: "POST" });
    await ask("/v2/shop/api/manifests/v1", { method: "DELETE" });
    await ask("/v2/shop/api/manifests/v1", { method: "DELETE" });
    await ask(`/v2/shop/api/manifests/${digest}`, { method: "DELETE" });
    await ask(`/v2/shop/copy/blobs/${digestOf(config)}`, { method: "DELETE" });
    const inApi = { ...by, repository: "shop/api" };
    expect(events).toEqual([
      { ...inApi, event: "push", digest, tags: ["v1"], outcome: "done" },
      {
        ...by,
        event: "mount",
        repository: "shop/copy",
        digest: digestOf(config),
        source: "shop/api",
        outcome: "done",
      },
      { ...inApi, event: "delete", tags: ["v1"], outcome: "done" },
      { ...inApi, event: "delete", tags: ["v1"], outcome: "refused", reason: "MANIFEST_UNKNOWN" },
      { ...inApi, event: "delete", digest, outcome: "done" },
      { ...by, event: "delete", repository: "shop/copy", digest: digestOf(config), outcome: "done" },
    ]);
  });

  it("tells what was denied to whoever is known, and says nothing of reads and of who has not logged in", async () => {
    await ask("/v2/shop/api/tags/list", { as: null });
    await ask("/v2/shop/api/tags/list");
    await ask("/v2/_catalog");
    await ask("/v2/");
    expect(events).toEqual([]);
    const denied = { actor: "user:eve", from: "127.0.0.1", outcome: "denied" };
    expect((await ask("/v2/shop/api/tags/list", { as: eve })).status).toBe(403);
    expect(
      (await ask("/v2/shop/api/manifests/v2", { method: "PUT", body: manifest, headers, as: eve })).status,
    ).toBe(403);
    expect((await ask("/v2/_catalog", { as: eve })).status).toBe(403);
    expect((await ask("/v2/shop/api/blobs/uploads/", { method: "POST", as: eve })).status).toBe(403);
    expect(events).toEqual([
      { ...denied, event: "pull", repository: "shop/api" },
      { ...denied, event: "push", repository: "shop/api", tags: ["v2"] },
      { ...denied, event: "catalog" },
      { ...denied, event: "push", repository: "shop/api" },
    ]);
  });

  it("tells what was administered, whom it was about, and what was refused", async () => {
    await ask("/v2/_berth/robots", { method: "POST", body: { name: "ci" } });
    await ask("/v2/_berth/robots", { method: "POST", body: { name: "ci" } });
    const { body } = await ask("/v2/_berth/keys", {
      method: "POST",
      body: { owner: "robot:ci", name: "build" },
    });
    const { id, secret } = body as { id: string; secret: string };
    await ask(`/v2/_berth/keys/${id}`, { method: "DELETE" });
    await ask("/v2/_berth/people", { as: eve });
    await ask("/v2/_berth/people/eve/password", { method: "PUT", body: { password: "short" } });
    const told = { ...by, event: "administration" };
    const about = { owner: "robot:ci", name: "build" };
    expect(events).toEqual([
      { ...told, action: "POST robots", target: "robots/ci", about: { name: "ci" }, outcome: "done" },
      {
        ...told,
        action: "POST robots",
        target: "robots",
        about: { name: "ci" },
        outcome: "refused",
        reason: "ACCOUNT_EXISTS",
      },
      { ...told, action: "POST keys", target: `keys/${id}`, about, outcome: "done" },
      { ...told, action: "DELETE keys/:id", target: `keys/${id}`, about, outcome: "done" },
      { ...told, actor: "user:eve", action: "GET people", target: "people", outcome: "denied" },
      {
        ...told,
        action: "PUT people/:name/password",
        target: "people/eve/password",
        outcome: "refused",
        reason: "REQUEST_INVALID",
      },
    ]);
    expect(JSON.stringify(events)).not.toContain(secret);
  });
});
