import { beforeAll, describe, expect, inject, it } from "vitest";
import { skopeo } from "./support/containers-storage.ts";
import { itMovesHugeImages } from "./support/huge.ts";
import { freshDirectory, makeImage, makeIndex, type TestImage } from "./support/images.ts";
import { uploadRequests } from "./support/recorder.ts";
import { manifestStatus, readLayout, readPushed } from "./support/repository.ts";

const repository = `${inject("registry")}/clients/skopeo`;

const EXACT = "--preserve-digests";

const push = ({ layout, tag }: TestImage, to: string, ...options: string[]): Promise<string> =>
  skopeo("copy", "--dest-tls-verify=false", ...options, `oci:${layout}:${tag}`, `docker://${to}`);

async function pull(from: string, ...options: string[]): Promise<string> {
  const layout = await freshDirectory("pulled");
  await skopeo("copy", "--src-tls-verify=false", ...options, `docker://${from}`, `oci:${layout}:pulled`);
  return layout;
}

const remove = (name: string): Promise<string> => skopeo("delete", "--tls-verify=false", `docker://${name}`);

describe("skopeo", () => {
  let image: TestImage;
  let index: TestImage;

  beforeAll(async () => {
    image = await makeImage();
    index = await makeIndex();
  });

  it("sends a blob as POST, PATCH with a length, PUT", { tags: ["upload"] }, async () => {
    const requests = await uploadRequests((host) => push(image, `${host}/clients/recorded-skopeo:1`));
    expect(requests).toBe("POST, PATCH (Content-Length), PUT");
  });

  it("pushes a multi-layer image and pulls back the same bytes", { tags: ["round-trip"] }, async () => {
    await push(image, `${repository}:image`, EXACT);
    expect(await readPushed(`${repository}:image`)).toEqual(image.content);
    expect(await readLayout(await pull(`${repository}:image`))).toEqual(image.content);
  });

  it("pushes the image as a Docker schema 2 manifest with the same layers", {
    tags: ["round-trip"],
  }, async () => {
    await push(image, `${repository}:schema2`, "--format=v2s2");
    const converted = await readPushed(`${repository}:schema2`);
    expect(converted.digest).not.toBe(image.content.digest);
    expect(converted.diffIds).toEqual(image.content.diffIds);
  });

  it("pushes an index of four platforms and pulls back the same bytes", { tags: ["index"] }, async () => {
    await push(index, `${repository}:index`, "--all", EXACT);
    expect(await readPushed(`${repository}:index`)).toEqual(index.content);
    expect(await readLayout(await pull(`${repository}:index`, "--all"))).toEqual(index.content);
  });

  it("lists the tags", { tags: ["list"] }, async () => {
    const listed = await skopeo("list-tags", "--tls-verify=false", `docker://${repository}`);
    expect(JSON.parse(listed)).toEqual({ Repository: repository, Tags: ["image", "index", "schema2"] });
  });

  it("deletes an image", { tags: ["delete"] }, async () => {
    await remove(`${repository}:schema2`);
    expect(await manifestStatus(`${repository}:schema2`)).toBe(404);
  });

  itMovesHugeImages("skopeo", async (huge) => {
    await push(huge, `${repository}:huge`, EXACT);
    const pulled = await pull(`${repository}:huge`);
    await remove(`${repository}:huge`);
    return pulled;
  });
});
