import { readFile, truncate, writeFile } from "node:fs/promises";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { patterned } from "../support/bodies.ts";
import { pack, writeDockerArchive } from "./support/archives.ts";
import { sha256 } from "./support/layouts.ts";
import { contentsOf, type Registry, workshop } from "./support/pushing.ts";

const { layout, path, push, registry } = workshop();

const MIB = 1024 * 1024;
const ok = { code: 0, stderr: "" };

const manifestOf = async ({ get }: Registry, reference: string) =>
  (await (await get(`/v2/app/manifests/${reference}`)).json()) as {
    readonly config: { readonly digest: string };
    readonly layers: readonly { readonly digest: string; readonly mediaType: string }[];
  };

describe("berth push of a tar archive of an OCI layout", () => {
  it.each([{ format: "gnu" }, { format: "pax" }, { format: "ustar" }, { dots: true }] as const)(
    "brings the same as the folder: %o",
    async (how) => {
      const [there, source] = [await registry(), await layout()];
      const image = await source.addImage([2 * MIB + 1, 513]);
      await source.name([await source.addIndex([image]), "1"]);
      const archive = await pack(source.folder, path("layout.tar"), how);
      expect(await push(archive, `${there.host}/app`)).toMatchObject(ok);
      expect(await contentsOf(there, "app", "1")).toContain(image.digest);
    },
  );

  it("takes the image that docker save wrote under several names", async () => {
    const [there, source] = [await registry(), await layout()];
    const [one, other] = [await source.addImage([10]), await source.addImage([20])];
    await source.name(
      [one, "latest", "docker.io/library/one:latest"],
      [one, "1.0", "docker.io/library/one:1.0"],
      [other, "latest", "docker.io/library/other:latest"],
    );
    const archive = await pack(source.folder, path("saved.tar"));
    expect(await push(archive, `${there.host}/app:one`, "--image", "one:1.0")).toMatchObject(ok);
    expect((await contentsOf(there, "app", "one"))[0]).toBe(one.digest);
    const { code, stderr } = await push(archive, `${there.host}/app`, "--all");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/holds two images with the tag 'latest': push one after the other/),
    });
  });
});

describe("berth push of an archive of docker save", () => {
  it("makes the manifest: layers and config as they are, so that the image keeps its id", async () => {
    const there = await registry();
    const layers = [patterned(3 * MIB, "base"), patterned(5000, "top")];
    const folder = path("saved");
    const [id] = await writeDockerArchive(folder, [{ tags: ["team/app:1.0"], layers }]);
    expect(await push(await pack(folder, path("saved.tar")), `${there.host}/app`)).toMatchObject(ok);
    const { config, layers: pushed } = await manifestOf(there, "1.0");
    expect(config.digest).toBe(id);
    expect(pushed.map(({ digest }) => digest)).toEqual(layers.map(sha256));
    expect(pushed[0]?.mediaType).toBe("application/vnd.oci.image.layer.v1.tar");
    expect(await contentsOf(there, "app", "1.0")).toHaveLength(4);
  });

  it("follows the links to layers that several images share, and sends those once", async () => {
    const there = await registry();
    const base = patterned(2 * MIB, "shared");
    const folder = path("shared");
    const images = await writeDockerArchive(folder, [
      { tags: ["one:1", "one:again"], layers: [base] },
      { tags: ["two:2"], layers: [base, patterned(10, "two")] },
      { tags: null, layers: [patterned(20, "three")] },
    ]);
    const archive = await pack(folder, path("shared.tar"));
    expect(await push(archive, `${there.host}/app`, "--all")).toMatchObject(ok);
    const tagged = await Promise.all(["1", "again", "2"].map((tag) => manifestOf(there, tag)));
    expect(tagged.map(({ config }) => config.digest)).toEqual([images[0], images[0], images[1]]);
    expect(there.seen.filter(({ method }) => method === "PATCH")).toHaveLength(1);
  });

  it("takes compressed layers for what they are", async () => {
    const there = await registry();
    const bytes = patterned(100_000, "compressed");
    const layers = [gzipSync(bytes), zstdCompressSync(bytes)];
    const folder = path("compressed");
    await writeDockerArchive(folder, [{ tags: ["app:1"], layers, diffIds: [sha256(bytes), sha256(bytes)] }]);
    expect(await push(await pack(folder, path("compressed.tar")), `${there.host}/app`)).toMatchObject(ok);
    const { layers: pushed } = await manifestOf(there, "1");
    expect(pushed.map(({ digest, mediaType }) => [digest, mediaType.split(".").at(-1)])).toEqual([
      [sha256(layers[0] ?? bytes), "tar+gzip"],
      [sha256(layers[1] ?? bytes), "tar+zstd"],
    ]);
  });

  it("commits no layer that is another than the config says", async () => {
    const there = await registry();
    const folder = path("wrong");
    const wrong = sha256(Buffer.from("another"));
    await writeDockerArchive(folder, [{ tags: ["app:1"], layers: [patterned(100, 1)], diffIds: [wrong] }]);
    const { code, stderr } = await push(await pack(folder, path("wrong.tar")), `${there.host}/app`);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(`the bytes of ${wrong} in `) });
    expect((await there.get("/v2/app/manifests/1")).status).toBe(404);
  });
});

describe("an archive that can't be used ends with 2 and says why", () => {
  const archive = async () => {
    const source = await layout();
    await source.name([await source.addImage([2 * MIB])]);
    return pack(source.folder, path("layout.tar"));
  };
  const saved = async (change: (entry: Record<string, unknown>) => unknown) => {
    const folder = path("saved");
    await writeDockerArchive(folder, [{ tags: ["app:1"], layers: [patterned(10, 1)] }]);
    const manifest = `${folder}/manifest.json`;
    const [entry] = JSON.parse(await readFile(manifest, "utf8")) as Record<string, unknown>[];
    await writeFile(manifest, JSON.stringify([change(entry ?? {})]));
    return pack(folder, path("saved.tar"));
  };
  const written = async (name: string, bytes: Uint8Array) => {
    const file = path(name);
    await writeFile(file, bytes);
    return file;
  };
  const cases = [
    [
      "compressed",
      async () => written("layout.tgz", gzipSync(await readFile(await archive()))),
      /is compressed.*unpack it first/,
    ],
    [
      "no archive",
      () => written("text", patterned(2000, "text")),
      /is no OCI image layout, no tar archive of one/,
    ],
    [
      "empty",
      () => written("empty.tar", Buffer.alloc(10_240)),
      /is no OCI image layout, no tar archive of one/,
    ],
    [
      "cut short",
      async () => {
        const file = await archive();
        await truncate(file, MIB);
        return file;
      },
      /is damaged or cut short at byte \d+/,
    ],
    [
      "without a layer",
      () => saved((entry) => ({ ...entry, Layers: ["gone/layer.tar"] })),
      /does not hold gone\/layer\.tar/,
    ],
    [
      "with another number of layers",
      () => saved((entry) => ({ ...entry, Layers: [] })),
      /names 0 layers, and the image's config/,
    ],
    [
      "without a config",
      () => saved(({ Config: _gone, ...entry }) => entry),
      /has an entry without 'Config'/,
    ],
    [
      "with wrong tags",
      () => saved((entry) => ({ ...entry, RepoTags: [1] })),
      /'RepoTags' in .* is no list of strings/,
    ],
  ] as const;
  it.each(cases)("%s", async (_what, make, says) => {
    const there = await registry();
    const { code, stdout, stderr } = await push(await make(), `${there.host}/app`);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: expect.stringMatching(says) });
    expect(there.seen).toEqual([]);
  });
});
