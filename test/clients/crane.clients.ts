import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { itMovesHugeImages } from "./support/huge.ts";
import { freshDirectory, makeImage, makeIndex, type TestImage } from "./support/images.ts";
import { uploadRequests } from "./support/recorder.ts";
import { manifestStatus, readLayout, readPushed } from "./support/repository.ts";
import { run } from "./support/run.ts";
import { built } from "./support/tools.ts";

const repository = `${inject("registry")}/clients/crane`;

const crane = (...parameters: string[]): Promise<string> => run([built("crane"), ...parameters]);

const push = ({ layout }: TestImage, to: string, ...options: string[]): Promise<string> =>
  crane("push", ...options, layout, to);

async function pull(from: string): Promise<string> {
  const layout = await freshDirectory("pulled");
  await crane("pull", "--format=oci", from, layout);
  return layout;
}

const digestOf = async (name: string): Promise<string> => (await crane("digest", name)).trim();

const removeTagged = async (name: string): Promise<string> =>
  crane("delete", `${repository}@${await digestOf(name)}`);

describe("crane", () => {
  let image: TestImage;
  let index: TestImage;

  beforeAll(async () => {
    image = await makeImage();
    index = await makeIndex();
  });

  it("sends a blob as POST, PATCH with a length, PUT", { tags: ["upload"] }, async () => {
    const requests = await uploadRequests((host) => push(image, `${host}/clients/recorded-crane:1`));
    expect(requests).toBe("POST, PATCH (Content-Length), PUT");
  });

  it("pushes a multi-layer image and pulls back the same bytes", { tags: ["round-trip"] }, async () => {
    await push(image, `${repository}:image`);
    expect(await readPushed(`${repository}:image`)).toEqual(image.content);
    expect(await readLayout(await pull(`${repository}:image`))).toEqual(image.content);
  });

  it("finds nothing wrong with what the registry serves", { tags: ["round-trip"] }, async () => {
    expect(await crane("validate", "--remote", `${repository}:image`)).toMatch(/^PASS/);
  });

  it("tags, and copies to another repository by mounting", { tags: ["round-trip"] }, async () => {
    await crane("tag", `${repository}:image`, "again");
    await crane("copy", `${repository}:again`, `${repository}-copy:image`);
    expect(await digestOf(`${repository}-copy:image`)).toBe(image.content.digest);
    expect(await readPushed(`${repository}-copy:image`)).toEqual(image.content);
  });

  it("appends a layer to an image in the registry", { tags: ["round-trip"] }, async () => {
    const layers = await crane("manifest", `${repository}:image`);
    const [layer = ""] = (JSON.parse(layers) as { layers: { digest: string }[] }).layers.map(
      ({ digest }) => digest,
    );
    const file = join(image.layout, "blobs", ...layer.split(":"));
    await crane("append", "-b", `${repository}:image`, "-f", file, "-t", `${repository}:appended`);
    const [original = []] = image.content.diffIds;
    const { diffIds } = await readPushed(`${repository}:appended`);
    expect(diffIds).toEqual([[...original, original[0]]]);
  });

  it("pushes an index of four platforms inside another and pulls back the same bytes", {
    tags: ["index"],
  }, async () => {
    // crane sends the layout's own index.json as an index: the image index is its one child
    await push(index, `${repository}:index`, "--index");
    const pushed = await readPushed(`${repository}:index`);
    expect(pushed.digests).toEqual(expect.arrayContaining([...index.content.digests]));
    expect(await readLayout(await pull(`${repository}:index`))).toEqual(pushed);
  });

  it("lists the tags and the repositories", { tags: ["list"] }, async () => {
    expect((await crane("ls", repository)).trim().split("\n")).toEqual([
      "again",
      "appended",
      "image",
      "index",
    ]);
    const repositories = await crane("catalog", inject("registry"));
    expect(repositories.split("\n")).toEqual(expect.arrayContaining(["clients/crane", "clients/crane-copy"]));
  });

  it("deletes a manifest, and with it the tags that name it", { tags: ["delete"] }, async () => {
    await removeTagged(`${repository}:image`);
    expect(await manifestStatus(`${repository}:image`)).toBe(404);
    expect(await manifestStatus(`${repository}:again`)).toBe(404);
  });

  itMovesHugeImages("crane", async (huge) => {
    await push(huge, `${repository}:huge`);
    const pulled = await pull(`${repository}:huge`);
    await removeTagged(`${repository}:huge`);
    return pulled;
  });
});
