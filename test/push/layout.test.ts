import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../../local/push/report.ts";
import { patterned } from "../support/bodies.ts";
import { contentsOf, told, workshop } from "./support/pushing.ts";

const { registry, layout, push } = workshop();

const MIB = 1024 * 1024;
const ok = { code: 0, stderr: "" };

describe("berth push of an OCI layout", () => {
  it("brings every blob, then the manifest under the tag, and says so", async () => {
    const [{ host, ...there }, source] = [await registry(), await layout()];
    const image = await source.addImage([3 * MIB, 5000]);
    await source.name([image, "1.0"]);
    const { stdout, ...ended } = await push(source.folder, `${host}/team/app:2.0`);
    expect(ended).toEqual(ok);
    expect(await contentsOf(there, "team/app", "2.0")).toHaveLength(4);
    const lines = stdout.trim().split("\n");
    expect(
      lines
        .slice(0, -1)
        .map((line) => line.replace(/^sha256:[0-9a-f]{12} /, ""))
        .toSorted(),
    ).toEqual(["3 MiB sent", "4.9 KiB sent", expect.stringMatching(/^\d+ bytes sent$/)]);
    expect(lines.at(-1)).toBe(`${host}/team/app:2.0 is ${image.digest}`);
  });

  it("sends a small blob by POST and PUT, a large one in parts by PATCH, each in its place", async () => {
    const [there, source] = [await registry(), await layout()];
    await source.name([await source.addImage([2.5 * MIB])]);
    expect(
      await push(source.folder, `${there.host}/app`, "--part-size", "1m", "--parallel", "1"),
    ).toMatchObject(ok);
    const uploads = there.seen.filter(({ path }) => path.includes("/uploads/"));
    expect(uploads.map(({ method, range }) => `${method} ${range ?? ""}`.trim())).toEqual([
      "POST",
      "PATCH 0-1048575",
      "PATCH 1048576-2097151",
      "PATCH 2097152-2621439",
      "PUT",
      "POST",
      "PUT",
    ]);
  });

  it("leaves out what is there, and sends nothing the second time", async () => {
    const [there, source] = [await registry(), await layout()];
    await source.name([await source.addImage([2 * MIB, 10])]);
    await push(source.folder, `${there.host}/app:1`);
    const before = there.seen.length;
    const { stdout } = await push(source.folder, `${there.host}/app:2`);
    expect(stdout.match(/is there already/g)).toHaveLength(3);
    expect(there.seen.slice(before).map(({ method }) => method)).toEqual(["HEAD", "HEAD", "HEAD", "PUT"]);
  });

  it("brings an index with all its images, children first", async () => {
    const [there, source] = [await registry(), await layout()];
    const shared = await source.addBlob(patterned(100_000, "shared"));
    const children = [await source.addImage([shared, 10]), await source.addImage([shared, 20])];
    const index = await source.addIndex(children);
    await source.name([index, "all"]);
    expect(await push(source.folder, `${there.host}/app:all`)).toMatchObject(ok);
    expect(told(there.seen).slice(-3)).toEqual([
      ...children.map(({ digest }) => `PUT manifests/${digest} 201`),
      "PUT manifests/all 201",
    ]);
    expect(await contentsOf(there, "app", "all")).toHaveLength(9);
  });

  it("sends as many blobs at once as it may, and never more", async () => {
    const three = Promise.withResolvers<void>();
    let [patches, underWay, most] = [0, 0, 0];
    const there = await registry((handler) => async (request) => {
      if (request.method === "HEAD") underWay += 1;
      most = Math.max(most, underWay);
      if (request.method === "PATCH") patches += 1;
      if (patches === 3) three.resolve();
      if (request.method === "PATCH") await three.promise;
      const answer = await handler(request);
      if (request.method === "PUT") underWay -= 1;
      return answer;
    });
    const source = await layout();
    await source.name([await source.addImage([0, 1, 2, 3, 4, 5].map((more) => 2 * MIB + more))]);
    expect(await push(source.folder, `${there.host}/app`, "--parallel", "3")).toMatchObject(ok);
    expect(most).toBe(3);
  });

  it("prints one JSON document with --json, and nothing else", async () => {
    const [there, source] = [await registry(), await layout()];
    const image = await source.addImage([2000, 3000]);
    await source.name([image]);
    const { stdout, ...ended } = await push(source.folder, `${there.host}/app:1`, "--json");
    expect(ended).toEqual(ok);
    expect(JSON.parse(stdout) as Report).toEqual({
      version: 1,
      registry: there.url,
      repository: "app",
      outcome: "pushed",
      milliseconds: expect.any(Number),
      images: [{ digest: image.digest, mediaType: image.mediaType, tags: ["1"] }],
      blobs: { sent: 3, resumed: 0, present: 0 },
      bytes: expect.any(Number),
    });
  });
});

describe("which image", () => {
  const three = async () => {
    const source = await layout();
    const images = [
      await source.addImage([1]),
      await source.addImage([2]),
      await source.addImage([3]),
    ] as const;
    await source.name(
      [images[0], "1.0"],
      [images[1], "2.0", "registry.example.com/team/app:2.0"],
      [images[2]],
    );
    return { source, images };
  };

  it("is the one that has the target's tag", async () => {
    const [there, { source, images }] = [await registry(), await three()];
    expect(await push(source.folder, `${there.host}/app:2.0`)).toMatchObject(ok);
    expect((await contentsOf(there, "app", "2.0"))[0]).toBe(images[1].digest);
  });

  it("is the one that --image names: by its name, the end of it, or its digest", async () => {
    const [there, { source, images }] = [await registry(), await three()];
    for (const name of ["app:2.0", "registry.example.com/team/app:2.0", images[1].digest]) {
      expect(await push(source.folder, `${there.host}/app:new`, "--image", name)).toMatchObject(ok);
      expect((await contentsOf(there, "app", "new"))[0]).toBe(images[1].digest);
    }
  });

  it("is each one with --all, under the tag that it has, or its digest", async () => {
    const [there, { source, images }] = [await registry(), await three()];
    expect(await push(source.folder, `${there.host}/app`, "--all")).toMatchObject(ok);
    for (const [at, reference] of ["1.0", "2.0", images[2].digest].entries()) {
      expect((await contentsOf(there, "app", reference))[0]).toBe(images[at]?.digest);
    }
  });

  it("gets its own tag where the target has none, else latest", async () => {
    const [there, source] = [await registry(), await layout()];
    const image = await source.addImage([1]);
    await source.name([image, "3.1"]);
    await push(source.folder, `${there.host}/app`);
    await source.name([image, `registry.example.com/app@${image.digest}`]);
    await push(source.folder, `${there.host}/app`);
    expect(told(there.seen).filter((line) => line.startsWith("PUT manifests"))).toEqual([
      "PUT manifests/3.1 201",
      "PUT manifests/latest 201",
    ]);
  });

  it("must be clear", async () => {
    const [there, { source }] = [await registry(), await three()];
    const cases = [
      [
        [`${there.host}/app`],
        /holds 3 images: choose one with --image \(1\.0, .*app:2\.0, sha256:\w+\), or push --all/,
      ],
      [[`${there.host}/app:9`], /holds 3 images: choose one/],
      [[`${there.host}/app`, "--image", "9"], /holds no image '9'/],
    ] as const;
    for (const [[reference, ...args], says] of cases) {
      const { code, stderr } = await push(source.folder, reference, ...args);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(says) });
    }
    expect(there.seen).toEqual([]);
  });
});

describe("a layout that is damaged ends with 2, says what is wrong, and leaves no tag", () => {
  it("a blob with other bytes: it is not committed", async () => {
    for (const size of [5000, 3 * MIB]) {
      const [there, source] = [await registry(), await layout()];
      const layer = await source.addBlob(patterned(size, "right"));
      await source.name([await source.addImage([layer])]);
      await writeFile(join(source.folder, "blobs", ...layer.digest.split(":")), patterned(size, "wrong"));
      const { code, stderr } = await push(source.folder, `${there.host}/app:1`);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(
          new RegExp(`^berth: the bytes of ${layer.digest} in .* were damaged or changed\n$`),
        ),
      });
      expect((await there.get(`/v2/app/manifests/1`)).status).toBe(404);
      expect(told(there.seen).filter((line) => /^PUT .*uploads.* (?!201)/.test(line))).toEqual([]);
      expect(told(there.seen).filter((line) => line.startsWith("DELETE"))).toHaveLength(size > MIB ? 1 : 0);
    }
  });

  it("a blob that is missing, or a manifest: nothing is sent", async () => {
    const [there, source] = [await registry(), await layout()];
    const layer = await source.addBlob(patterned(10, "gone"));
    const image = await source.addImage([layer]);
    const index = await source.addIndex([image]);
    await source.name([index]);
    for (const { digest } of [layer, image, index]) {
      await rm(join(source.folder, "blobs", ...digest.split(":")));
      const { code, stderr } = await push(source.folder, `${there.host}/app:1`);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(new RegExp(`does not hold the (blob|manifest) ${digest}`)),
      });
    }
    expect(there.seen).toEqual([]);
  });

  it("an index goes without its missing images where that is allowed", async () => {
    const [there, source] = [await registry(), await layout()];
    const [kept, gone] = [await source.addImage([10]), await source.addImage([20])];
    await source.name([await source.addIndex([kept, gone])]);
    await rm(join(source.folder, "blobs", ...gone.digest.split(":")));
    expect((await push(source.folder, `${there.host}/app:1`)).code).toBe(2);
    expect(await push(source.folder, `${there.host}/app:1`, "--allow-missing")).toMatchObject(ok);
    expect((await there.get(`/v2/app/manifests/${kept.digest}`)).status).toBe(200);
  });

  it("a manifest with other bytes, one that is none, an index.json that is none", async () => {
    const [there, source] = [await registry(), await layout()];
    const image = await source.addImage([10]);
    const file = join(source.folder, "blobs", ...image.digest.split(":"));
    const none = await source.addBlob(Buffer.from("{}"), image.mediaType);
    const cases = [
      [async () => source.name([none]), /the manifest sha256:\w+ can't be pushed: schemaVersion must be 2/],
      [
        async () => source.name([{ ...image, mediaType: "text/plain" }]),
        /Content-Type 'text\/plain' is none of/,
      ],
      [
        async () => source.name([{ ...image, digest: "md5:1" }]),
        /names 'md5:1', which is no sha256 or sha512 digest/,
      ],
      [
        () => Promise.all([source.name([image]), writeFile(file, "{}")]),
        /has another digest: it was damaged/,
      ],
      [() => writeFile(join(source.folder, "index.json"), "{"), /index\.json of .* is no JSON/],
      [() => writeFile(join(source.folder, "index.json"), '{"manifests":[]}'), /holds no image/],
      [() => rm(join(source.folder, "index.json")), /is no OCI image layout/],
    ] as const;
    for (const [damage, says] of cases) {
      await damage();
      const { code, stdout, stderr } = await push(source.folder, `${there.host}/app:1`);
      expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: expect.stringMatching(says) });
    }
    expect(there.seen).toEqual([]);
  });
});
