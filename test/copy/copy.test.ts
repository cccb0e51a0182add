import { describe, expect, it } from "vitest";
import type { CopyReport } from "../../local/copy/report.ts";
import { gatewaySays, refusing } from "../doctor/support/breaking.ts";
import type { Breaks } from "../doctor/support/patient.ts";
import { workshop } from "../push/support/pushing.ts";
import { runBerth } from "../support/berth-process.ts";
import { brokenBody, collect } from "../support/bodies.ts";
import { addBundle, heldBy, makeImage } from "./support.ts";

const { registry, variables } = workshop();

const copy = (source: string, target: string, ...args: readonly string[]) =>
  runBerth(["copy", source, target, ...args], {
    variables: { ...variables(), DOCKER_CONFIG: "/nonexistent" },
  });

async function copied(source: string, target: string, ...args: readonly string[]): Promise<CopyReport> {
  const { code, stdout, stderr } = await copy(source, target, "--json", ...args);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as CopyReport;
}

describe("berth copy", () => {
  it("copies an image with all platforms and referrers to another registry and back, byte for byte", async () => {
    const [here, there] = [await registry(), await registry()];
    const image = await makeImage(here.url, "team/app", "1.0");
    const { index, manifests, blobs } = image;
    const report = await copied(`${here.host}/team/app:1.0`, `${there.host}/mirror/app`);
    expect(report).toMatchObject({
      outcome: "copied",
      image: { digest: index.digest, tag: "1.0" },
      manifests: manifests.length,
      referrers: 3,
      blobs: { sent: blobs.length, resumed: 0, mounted: 0, present: 0 },
    });
    await copied(`${there.host}/mirror/app:1.0`, `${here.host}/back:again`);
    for (const [url, repo] of [
      [there.url, "mirror/app"],
      [here.url, "back"],
    ] as const) {
      expect(await heldBy(url, repo, "manifests", manifests)).toEqual(manifests);
      expect(await heldBy(url, repo, "blobs", blobs)).toEqual(blobs);
    }
    for (const path of [`manifests/${index.digest}`, `referrers/${image.signature.digest}`]) {
      const [one, other] = await Promise.all([
        here.get(`/v2/team/app/${path}`),
        here.get(`/v2/back/${path}`),
      ]);
      expect(await other.text()).toBe(await one.text());
    }
  });

  it("puts the tag last, after all that it needs and all that refers to it", async () => {
    const [here, there] = [await registry(), await registry()];
    await makeImage(here.url, "app", "1.0");
    await copied(`${here.host}/app:1.0`, there.host.concat("/app"));
    const puts = there.seen.filter(({ method, path }) => method === "PUT" && path.includes("/manifests/"));
    expect(puts.at(-1)?.path).toBe("/v2/app/manifests/1.0");
    expect(puts).toHaveLength(6);
  });

  it("leaves out what is there, and mounts what the same registry has", async () => {
    const here = await registry();
    const { blobs } = await makeImage(here.url, "app", "1.0");
    const seen = here.seen.length;
    const first = await copied(`${here.host}/app:1.0`, `${here.host}/other`);
    expect(first.blobs).toEqual({ sent: 0, resumed: 0, mounted: blobs.length, present: 0 });
    expect(here.seen.slice(seen).filter(({ method }) => method === "PATCH")).toEqual([]);
    const second = await copied(`${here.host}/app:1.0`, `${here.host}/other:2`, "--no-referrers");
    expect(second).toMatchObject({ referrers: 0, blobs: { mounted: 0, sent: 0 }, image: { tag: "2" } });
  });

  it("copies one platform as an image of its own, and several under the index as it is", async () => {
    const [here, there] = [await registry(), await registry()];
    const { amd64, arm64, index, signature, manifests } = await makeImage(here.url, "app", "1.0");
    const [source, target] = [`${here.host}/app:1.0`, `${there.host}/one`];
    const one = await copied(source, target, "--platform", "linux/amd64");
    expect(one).toMatchObject({ image: { digest: amd64.digest, tag: "1.0" }, referrers: 2 });
    expect(await heldBy(there.url, "one", "manifests", manifests)).toEqual(
      manifests.filter((digest) => ![arm64.digest, index.digest, manifests.at(-1)].includes(digest)),
    );
    expect((await there.get(`/v2/one/referrers/${amd64.digest}`)).status).toBe(200);
    expect(manifests).toContain(signature.digest);
    const both = ["--platform", "linux/amd64", "--platform", "linux/arm64"];
    expect(await copied(source, `${there.host}/two`, ...both)).toMatchObject({
      image: { digest: index.digest },
    });
    const absent = await copy(source, target, "--platform", "windows/amd64");
    expect(absent).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/has no image for windows\/amd64/),
    });
  });

  it("goes on where the source was cut", async () => {
    let cuts = 0;
    const cutting: Breaks = (handler) => async (request) => {
      const answer = await handler(request);
      if (request.method !== "GET" || !request.path.includes("/blobs/") || cuts > 1) return answer;
      if (answer.body.kind !== "stream") return answer;
      cuts += 1;
      const half = (await collect(answer.body.body)).subarray(0, 100);
      return { ...answer, body: { kind: "stream", body: brokenBody(half, new Error("cut")) } };
    };
    const [here, there] = [await registry(cutting), await registry()];
    const { blobs } = await makeImage(here.url, "app", "1.0");
    const { code, stderr, stdout } = await copy(`${here.host}/app:1.0`, `${there.host}/app`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/got no whole answer: .*: trying again in/);
    expect(await heldBy(there.url, "app", "blobs", blobs)).toEqual(blobs);
  });

  it("goes part by part where the source ignores Range", async () => {
    const deaf: Breaks = (handler) => (request) =>
      handler({ ...request, header: (name) => (name === "range" ? undefined : request.header(name)) });
    const [here, there] = [await registry(deaf), await registry()];
    const { blobs } = await makeImage(here.url, "app", "1.0", 3_000_000);
    const report = await copied(`${here.host}/app:1.0`, `${there.host}/app`, "--part-size", "1m");
    expect(report.blobs).toMatchObject({ sent: blobs.length });
    expect(await heldBy(there.url, "app", "blobs", blobs)).toEqual(blobs);
  });

  it("copies a referrer that is an index whole, also for one platform", async () => {
    const [here, there] = [await registry(), await registry()];
    const { amd64, arm64 } = await makeImage(here.url, "app", "1.0");
    const bundle = await addBundle(here.url, "app", { subject: amd64, entry: arm64 });
    await copied(`${here.host}/app:1.0`, `${there.host}/app`, "--platform", "linux/amd64");
    const wanted = [amd64, arm64, bundle].map(({ digest }) => digest);
    expect(await heldBy(there.url, "app", "manifests", wanted)).toEqual(wanted);
  });

  it("goes on in a later run where an earlier one ended", async () => {
    let patches = 0;
    const refusal = gatewaySays(403, "quota");
    const stopping: Breaks = (handler) => async (request) => {
      if (request.method !== "PATCH") return handler(request);
      patches += 1;
      return patches === 2 ? refusing({}, refusal)(handler)(request) : handler(request);
    };
    const [here, there] = [await registry(), await registry(stopping)];
    await makeImage(here.url, "app", "1.0", 3_000_000);
    const args = [
      `${here.host}/app:1.0`,
      `${there.host}/app`,
      "--part-size",
      "1m",
      "--parallel",
      "1",
    ] as const;
    expect(await copy(...args)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/answered 403 .*quota/),
    });
    expect((await copied(...args)).blobs).toMatchObject({ resumed: 1 });
  });
});

describe("berth copy refuses with 2 and says why:", () => {
  it.each([
    ["no such image", "/app:none", [], /manifests\/none answered 404/],
    ["no such digest", `/app@sha256:${"0".repeat(64)}`, [], /answered 404/],
    ["a digest that is none", "/app@sha256:1", [], /is no sha256 or sha512 digest/],
    ["a platform that is none", "/app:1", ["--platform", "amd64"], /must be like linux\/amd64/],
    ["no number", "/app:1", ["--parallel", "many"], /--parallel is 'many'/],
  ])("%s", async (_what, source, args, why) => {
    const here = await registry();
    const { code, stderr } = await copy(`${here.host}${source}`, `${here.host}/other`, ...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(why) });
  });

  it("nobody there", async () => {
    const { code, stderr } = await copy("127.0.0.1:1/app:1", "127.0.0.1:1/other");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/127\.0\.0\.1:1 does not answer/),
    });
  });
});
