import { describe, expect, it } from "vitest";
import {
  beginUpload,
  bytesOf,
  patch,
  placeOf,
  pull,
  put,
  statusOf,
  withDigest,
} from "../spec/support/client.ts";
import { content } from "../spec/support/content.ts";
import { patterned, sameBytes } from "../support/bodies.ts";
import { registry } from "../support/registry.ts";

const berth = registry();
const REPO = "concurrency/uploads";
const RIVALS = [1, 2, 3, 4, 5, 6, 7, 8];
/** below a part, and above where a request can bring as much */
const SIZES = [2000, Math.min(6 * 1024 * 1024, berth.largestBody)];

const blobIn = async (repo: string, digest: string): Promise<Buffer> =>
  bytesOf(await pull(berth, `/v2/${repo}/blobs/${digest}`));

describe("two requests on one upload", () => {
  it.each(SIZES)(
    "let one of many racing PATCHes of %i bytes win, and answer the others 416",
    async (size) => {
      const location = await beginUpload(berth, REPO);
      const bodies = RIVALS.map((rival) => content(patterned(size, `patch ${rival} ${size}`)));
      const responses = await Promise.all(
        bodies.map(({ bytes }) => patch(berth, location, bytes, placeOf(0, bytes))),
      );
      const statuses = responses.map(({ status }) => status);
      expect(statuses.toSorted((a, b) => a - b)).toEqual([202, ...RIVALS.slice(1).map(() => 416)]);
      const winner = bodies[statuses.indexOf(202)] ?? content("");
      const status = await berth.fetch(location);
      expect(status.headers.get("Range")).toBe(`0-${size - 1}`);
      expect((await put(berth, withDigest(location, winner.digest))).status).toBe(201);
      expect(sameBytes(await blobIn(REPO, winner.digest), winner.bytes)).toBe(true);
    },
  );

  it.each(SIZES)(
    "let one of many racing closing PUTs of %i bytes win, each with its own body",
    async (size) => {
      const location = await beginUpload(berth, REPO);
      const bodies = RIVALS.map((rival) => content(patterned(size, `put ${rival} ${size}`)));
      const responses = await Promise.all(
        bodies.map(({ bytes, digest }) => put(berth, withDigest(location, digest), bytes)),
      );
      const won = responses.findIndex(({ status }) => status === 201);
      const winner = bodies[won] ?? content("");
      expect(sameBytes(await blobIn(REPO, winner.digest), winner.bytes)).toBe(true);
      for (const { digest } of bodies.filter((body) => body !== winner)) {
        expect(await statusOf(berth, `/v2/${REPO}/blobs/${digest}`)).toBe(404);
      }
      expect(responses.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(responses.every(({ status }) => [201, 400, 404, 416].includes(status))).toBe(true);
    },
  );

  it.each(SIZES)("answer 201 to every one of many equal closing PUTs behind %i bytes", async (size) => {
    const { bytes, digest } = content(patterned(size, `equal ${size}`));
    const location = await beginUpload(berth, REPO);
    expect((await patch(berth, location, bytes)).status).toBe(202);
    const responses = await Promise.all(RIVALS.map(() => put(berth, withDigest(location, digest))));
    expect(responses.map(({ status }) => status)).toEqual(RIVALS.map(() => 201));
    expect(sameBytes(await blobIn(REPO, digest), bytes)).toBe(true);
  });

  it.each(SIZES)("answer 201 to every one of many closing PUTs of the same %i bytes", async (size) => {
    const { bytes, digest } = content(patterned(size, `same ${size}`));
    const location = await beginUpload(berth, REPO);
    const responses = await Promise.all(RIVALS.map(() => put(berth, withDigest(location, digest), bytes)));
    expect(responses.map(({ status }) => status)).toEqual(RIVALS.map(() => 201));
    expect(sameBytes(await blobIn(REPO, digest), bytes)).toBe(true);
  });

  it("never lose the bytes that a cancel did not prevent from being committed", async () => {
    for (const rival of RIVALS) {
      const { bytes, digest } = content(patterned(3000, `cancel ${rival}`));
      const location = await beginUpload(berth, REPO);
      const [committed, cancelled] = await Promise.all([
        put(berth, withDigest(location, digest), bytes),
        berth.fetch(location, { method: "DELETE" }),
      ]);
      expect([
        [201, 404],
        [404, 204],
      ]).toContainEqual([committed.status, cancelled.status]);
      const found = await statusOf(berth, `/v2/${REPO}/blobs/${digest}`);
      expect(found).toBe(committed.status === 201 ? 200 : 404);
    }
  });
});

describe("the same blob", () => {
  it.each(SIZES)(
    "of %i bytes pushed by many clients at once, to several repositories, is one object",
    async (size) => {
      const { bytes, digest } = content(patterned(size + 1, `shared ${size}`));
      const repos = RIVALS.map((rival) => `concurrency/shared-${rival % 3}`);
      const responses = await Promise.all(
        repos.map(async (repo) => put(berth, withDigest(await beginUpload(berth, repo), digest), bytes)),
      );
      expect(responses.map(({ status }) => status)).toEqual(RIVALS.map(() => 201));
      for (const repo of repos) expect(sameBytes(await blobIn(repo, digest), bytes)).toBe(true);
      const { contents } = await berth.check();
      const objects = contents.items.filter(({ pk, sk }) => pk === `BLOB#${digest}` && sk === "OBJECT");
      expect(objects).toHaveLength(1);
      expect([...contents.objects.values()].filter((each) => each === bytes.length)).toHaveLength(1);
    },
  );
});
