import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { patterned } from "../support/bodies.ts";
import { createClient, digestOf, withDigest } from "./support/client.ts";
import { chunkFrom, nextOf, pushBy, resume, sendHalf, streamed, WAYS } from "./support/door.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";

/** What no request to the API could carry, through the upload door: API, door and bucket are three hosts. */

const MEGABYTE = 1_000_000;
const SIZES = [1, 20, 300] as const;

const doorUrl = (stack: ReturnType<typeof stackUnderTest>): string => stack.stand.door?.url ?? "no door";

describe("a push through the API and the upload door", () => {
  const stack = stackUnderTest({ door: "played" });

  describe.each(WAYS)("by %s", (way) => {
    it.each(SIZES)("brings a layer of %d MB", async (megabytes) => {
      const bytes = patterned(megabytes * MEGABYTE, `${way} ${megabytes}`);
      const digest = digestOf(bytes);
      expect(await pushBy(way, stack.client, "door/push", bytes)).toBe(201);
      expect(digestOf(await stack.client.pullBlob("door/push", digest))).toBe(digest);
    });
  });

  it("is told by POST to go on at the door; clients that want one host stay at the API", async () => {
    const locationFor = (agent: string) => createClient(stack.client.url, agent).startUpload("door/where");
    for (const agent of ["docker/28.0 go/go1.24", "containers/5.35 (github.com/containers/image)", "crane"])
      expect(await locationFor(agent)).toMatch(new RegExp(`^${doorUrl(stack)}/v2/door/where/blobs/uploads/`));
    for (const agent of ["oras/1.3.0", "Helm/4.0.0", "notation/1.3.0"])
      expect(await locationFor(agent)).toMatch(/^\/v2\/door\/where\/blobs\/uploads\//);
  });

  it("ends with a Location from where the blob can be pulled: at the API, as the door serves none", async () => {
    const bytes = patterned(MEGABYTE, "pulled");
    const location = await stack.client.startUpload("door/location");
    const put = await stack.client.fetch(withDigest(location, digestOf(bytes)), {
      method: "PUT",
      body: bytes,
    });
    const blob = new URL(put.headers.get("Location") ?? "", location);
    expect([put.status, blob.origin]).toEqual([201, stack.client.url]);
    const pulled = await fetch(blob);
    expect(digestOf(Buffer.from(await pulled.arrayBuffer()))).toBe(digestOf(bytes));
  });

  it("stays within 4 MB where it stays at the API, which refuses more than 10", async () => {
    const client = createClient(stack.client.url, "oras/1.3.0");
    const bytes = patterned(4 * MEGABYTE, "at the API");
    expect(await pushBy("PUT", client, "door/api", bytes)).toBe(201);
    const large = await client.fetch(await client.startUpload("door/api"), {
      method: "PATCH",
      body: Buffer.alloc(11 * MEGABYTE),
    });
    expect(large.status).toBe(413);
  });

  it("goes on after a cut connection from what was kept, which the status tells; a replayed chunk gets 416", async () => {
    const bytes = patterned(40 * MEGABYTE, "cut");
    const location = await stack.client.startUpload("door/cut");
    const broken = await sendHalf(location, bytes, 30 * MEGABYTE);
    broken.on("error", () => {}).destroy();
    const from = await resume(stack.client, location, bytes);
    expect(from).toBeLessThanOrEqual(30 * MEGABYTE);
    expect((await stack.client.fetch(location, chunkFrom(bytes, from))).status).toBe(416);
    const put = await stack.client.fetch(withDigest(location, digestOf(bytes)), { method: "PUT" });
    expect(put.status).toBe(201);
    const pulled = await stack.client.pullBlob("door/cut", digestOf(bytes));
    expect(digestOf(pulled)).toBe(digestOf(bytes));
  });

  it("can be begun again where the door's process ends in the middle of it", async () => {
    const bytes = patterned(20 * MEGABYTE, "killed");
    const location = await stack.client.startUpload("door/killed");
    const broken = await sendHalf(location, bytes, 10 * MEGABYTE);
    const running = (): readonly number[] => stack.stand.door?.pids() ?? [];
    const killed = running();
    for (const pid of killed) process.kill(pid, "SIGKILL");
    const [answer] = (await once(broken, "response")) as [IncomingMessage];
    expect(answer.statusCode).toBe(502);
    broken.on("error", () => {}).destroy();
    // Until the platform has noticed, it may lead the next request to another of them.
    await expect.poll(() => running().filter((pid) => killed.includes(pid))).toEqual([]);
    const patched = await stack.client.fetch(location, { ...streamed(bytes), method: "PATCH" });
    expect(patched.status).toBe(202);
    const put = await stack.client.fetch(withDigest(nextOf(patched), digestOf(bytes)), { method: "PUT" });
    expect(put.status).toBe(201);
  });

  it.each(["part=0", "part=10001", "part=one"])(
    "answers who has the secret why a part of 20 MB is none: %s",
    async (part) => {
      const location = await stack.client.startUpload("door/part");
      const body = patterned(20 * MEGABYTE, part);
      const response = await stack.client.fetch(`${location}&${part}`, { method: "PATCH", body });
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { errors: [{ code: "BLOB_UPLOAD_INVALID" }] },
      ]);
      const another = `${location.replace(/secret=[^&]*/, `secret=${"A".repeat(43)}`)}&${part}`;
      expect((await stack.client.fetch(another, { method: "PATCH", body })).status).toBe(502);
      expect((await stack.client.fetch(location)).headers.get("Range")).toBe("0-0");
    },
  );

  it.each(["GET", "PATCH", "PUT", "DELETE"])("is %s only for who has the upload's secret", async (method) => {
    const location = await stack.client.startUpload("door/secret");
    const wrong = new URL(location);
    wrong.searchParams.set("secret", "A".repeat(43));
    const without = new URL(location);
    without.search = "";
    for (const url of [wrong, without]) {
      if (method === "PUT") url.searchParams.set("digest", digestOf(Buffer.from("some")));
      const body = method.startsWith("P") ? { body: "some" } : {};
      const response = await stack.client.fetch(url.href, { method, ...body });
      expect([response.status, await response.json()]).toMatchObject([
        404,
        { errors: [{ code: "BLOB_UPLOAD_UNKNOWN" }] },
      ]);
    }
    expect((await stack.client.fetch(location)).status).toBe(204);
    expect(stack.log()).not.toContain(new URL(location).searchParams.get("secret"));
  });
});

describe("a request that takes longer than it may", () => {
  const stack = stackUnderTest({ door: "played", webTimeout: 4 });

  it("is cut, keeps what has come, and its client goes on", async () => {
    const bytes = patterned(40 * MEGABYTE, "late");
    const location = await stack.client.startUpload("door/late");
    const late = await sendHalf(location, bytes, 30 * MEGABYTE);
    const [answer] = (await once(late, "response")) as [IncomingMessage];
    expect(answer.statusCode).toBe(504);
    late.on("error", () => {}).destroy();
    await resume(stack.client, location, bytes);
    const put = await stack.client.fetch(withDigest(location, digestOf(bytes)), { method: "PUT" });
    expect(put.status).toBe(201);
    const pulled = await stack.client.pullBlob("door/late", digestOf(bytes));
    expect(digestOf(pulled)).toBe(digestOf(bytes));
  });
});
