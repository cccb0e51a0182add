import { describe, expect, it } from "vitest";
import { skopeo } from "../clients/support/containers-storage.ts";
import { freshDirectory, makeImage } from "../clients/support/images.ts";
import { readLayout } from "../clients/support/repository.ts";
import { run } from "../clients/support/run.ts";
import { built } from "../clients/support/tools.ts";
import { reportOn } from "../doctor/support/patient.ts";
import { patterned } from "../support/bodies.ts";
import { createPullKeys } from "./pulls/key-pair.ts";
import type { Pull } from "./pulls/server.ts";
import { unusedGrants } from "./rights/grants.ts";
import { digestOf } from "./support/client.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";

/** Blobs behind the distribution that stands before the bucket: what is served is what was signed, and from its cache. */

const stack = stackUnderTest({ ...createPullKeys(), door: "played" });
/** bytes */
const LAYER = 5_000_000;
const pulls = (): readonly Pull[] => stack.stand.pulls?.pulls ?? [];
const pathOf = (repository: string, bytes: Buffer): string => `/v2/${repository}/blobs/${digestOf(bytes)}`;

async function locationOf(path: string): Promise<URL> {
  const response = await stack.client.fetch(path);
  expect(response.status).toBe(307);
  return new URL(response.headers.get("location") ?? "");
}

describe("a blob pull at the edge", () => {
  const bytes = patterned(3_000_000, "at the edge");
  const pushed = async (): Promise<URL> => {
    await stack.client.pushBlob("pulls/one", bytes);
    return locationOf(pathOf("pulls/one", bytes));
  };

  it("goes to another host, which tells the digest with the bytes, and has them in its cache from then on", async () => {
    const location = await pushed();
    expect(location.hostname).not.toBe(new URL(stack.client.url).hostname);
    expect(location.origin).toBe(stack.stand.pulls?.endpoint);
    const heard = [];
    // Signed anew each time: what differs is no part of the cache's key.
    for (const url of [location, await pushed()]) {
      const answer = await fetch(url);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("docker-content-digest")).toBe(digestOf(bytes));
      expect(digestOf(Buffer.from(await answer.arrayBuffer()))).toBe(digestOf(bytes));
      heard.push(answer.headers.get("x-cache"));
    }
    expect(heard).toEqual(["Miss from cloudfront", "Hit from cloudfront"]);
  });

  it("answers HEAD with the length and the digest", async () => {
    const { status, headers } = await fetch(await pushed(), { method: "HEAD" });
    expect(status).toBe(200);
    expect(headers.get("content-length")).toBe(String(bytes.length));
    expect(headers.get("docker-content-digest")).toBe(digestOf(bytes));
  });

  it("serves ranges, of what is kept and of what is not", async () => {
    for (const blob of [bytes, patterned(1_000_000, "in ranges")]) {
      await stack.client.pushBlob("pulls/one", blob);
      const location = await locationOf(pathOf("pulls/one", blob));
      const parts = [];
      for (const range of ["bytes=0-99999", "bytes=100000-"]) {
        const answer = await fetch(location, { headers: { Range: range } });
        expect([answer.status, answer.headers.get("docker-content-digest")]).toEqual([206, digestOf(blob)]);
        parts.push(Buffer.from(await answer.arrayBuffer()));
      }
      expect(digestOf(Buffer.concat(parts))).toBe(digestOf(blob));
      expect((await fetch(location, { headers: { Range: `bytes=${blob.length}-` } })).status).toBe(416);
    }
  });

  it("is signed for 15 minutes at most, for this object and this digest, to read it", async () => {
    const location = await pushed();
    const lifetime = Number(location.searchParams.get("Expires")) - Date.now() / 1000;
    expect(lifetime).toBeGreaterThan(0);
    expect(lifetime).toBeLessThanOrEqual(900);
    const statusOf = async (change: (url: string) => string, method = "GET") =>
      (await fetch(change(location.href), { method })).status;
    expect(await statusOf((url) => url)).toBe(200);
    expect(await statusOf((url) => url.replace("?", "x?"))).toBe(403);
    expect(await statusOf((url) => url.replace(/sha256-./, "sha256-x"))).toBe(403);
    expect(await statusOf((url) => url.replace(/Expires=\d+/, "Expires=9999999999"))).toBe(403);
    expect(await statusOf((url) => url.replace(/[?].*/, ""))).toBe(403);
    for (const method of ["PUT", "POST", "DELETE"]) expect(await statusOf((url) => url, method)).toBe(403);
  });

  it.each([1, 9])("is the same for a name of %d components", async (depth) => {
    const repository = Array.from({ length: depth }, (_, index) => `p${index}`).join("/");
    await stack.client.pushBlob(repository, bytes);
    expect((await locationOf(pathOf(repository, bytes))).origin).toBe(stack.stand.pulls?.endpoint);
  });
});

describe("real clients", () => {
  /** Every blob that was pulled meanwhile, and from where. */
  async function during(work: () => Promise<unknown>): Promise<readonly Pull["from"][]> {
    const before = pulls().length;
    await work();
    return pulls()
      .slice(before)
      .map(({ from }) => from);
  }

  it("crane, skopeo and oras pull an image, all but the first of them from the cache", {
    timeout: 120_000,
  }, async () => {
    const image = await makeImage(LAYER);
    const name = `${new URL(stack.client.url).host}/pulls/image:1`;
    await run([built("crane"), "push", image.layout, name]);
    const pulled = async (pull: (into: string) => Promise<unknown>, tag?: string) => {
      const into = await freshDirectory("pulled");
      const from = await during(() => pull(into));
      expect(await readLayout(into, tag)).toEqual(image.content);
      expect(from.length).toBeGreaterThanOrEqual(image.content.diffIds.length);
      return new Set(from);
    };
    const crane = (into: string) => run([built("crane"), "pull", "--format=oci", name, into]);
    expect(await pulled(crane)).toEqual(new Set(["bucket"]));
    expect(await pulled(crane)).toEqual(new Set(["cache"]));
    const plain = ["copy", "--src-tls-verify=false", `docker://${name}`];
    expect(await pulled((into) => skopeo(...plain, `oci:${into}:1`))).toEqual(new Set(["cache"]));
    const oras = ["cp", "--from-plain-http", "--to-oci-layout", name];
    expect(await pulled((into) => run([built("oras"), ...oras, `${into}:1`]), "1")).toEqual(
      new Set(["cache"]),
    );
  });
});

describe("the rights", () => {
  it("that pulls at the edge add are all used: by the functions, and by the distribution", () => {
    const { plan, used } = stack.stand;
    const added = [...plan.functions, ...(plan.pulls ? [plan.pulls] : [])].map(
      ({ logicalId, statements }) => ({
        logicalId,
        statements: statements.filter(
          ({ actions }) => logicalId.startsWith("Pulls") || actions.includes("ssm:GetParameter"),
        ),
      }),
    );
    expect(added.filter(({ statements }) => statements.length > 0)).toHaveLength(3);
    for (const holder of added) expect(unusedGrants(holder, used)).toEqual([]);
  });
});

describe("berth doctor, pointed at the edge of a stack whose blobs are pulled at another", {
  timeout: 120_000,
}, () => {
  it("is green", async () => {
    const { url } = await stack.serveEdge({});
    const { checks } = await reportOn(url, { largeSize: "4m" });
    expect(checks.filter(({ status }) => status === "failed").map(({ id }) => id)).toEqual([]);
    expect(checks.find(({ id }) => id === "redirect.expiry")).toMatchObject({ status: "passed" });
  });
});
