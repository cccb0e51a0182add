import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Containerd, startContainerd } from "./support/containerd.ts";
import { itMovesHugeImages } from "./support/huge.ts";
import { freshDirectory, makeImage, makeIndex, type TestImage } from "./support/images.ts";
import { uploadRequests } from "./support/recorder.ts";
import { readLayout, readPushed } from "./support/repository.ts";
import { run } from "./support/run.ts";
import { built, debian } from "./support/tools.ts";

/** Debian's containerd demands Docker-Content-Digest on the closing PUT; from 2.3 on its uploads differ in the query. */
const GENERATIONS = [
  { name: "ctr (Debian)", short: "debian-ctr", find: debian },
  { name: "ctr", short: "ctr", find: built },
] as const;

describe.each(GENERATIONS)("$name", ({ short, find }) => {
  const repository = `${inject("registry")}/clients/${short}`;
  let containerd: Containerd;
  const images = (...parameters: string[]): Promise<string> => containerd.ctr("images", ...parameters);

  beforeAll(async () => {
    containerd = await startContainerd({ containerd: find("containerd"), ctr: find("ctr") });
  });
  afterAll(() => containerd.stop());

  /** Imports a layout under `name` and its tag; returns the full name. */
  async function load({ layout, tag }: TestImage, name: string): Promise<string> {
    const archive = join(await freshDirectory("archive"), "image.tar");
    await run(["tar", "-C", layout, "-cf", archive, "."]);
    await images("import", "--all-platforms", "--no-unpack", "--base-name", name, archive);
    await rm(archive);
    return `${name}:${tag}`;
  }

  const push = (name: string): Promise<string> => images("push", "--plain-http", name);

  /** Forgets the image with all its bytes, pulls it, and returns it as a layout. */
  async function pullAfresh(name: string, ...platforms: string[]): Promise<string> {
    await images("rm", "--sync", ...(await images("ls", "--quiet")).trim().split("\n"));
    expect(await containerd.ctr("content", "ls", "--quiet")).toBe("");
    await images("pull", "--plain-http", ...platforms, name);
    const layout = await freshDirectory("pulled");
    const archive = `${layout}.tar`;
    await images("export", ...platforms, archive, name);
    await mkdir(layout, { recursive: true });
    await run(["tar", "-C", layout, "-xf", archive]);
    await rm(archive);
    return layout;
  }

  it("sends a blob as POST, PUT with a length", { tags: ["upload"] }, async () => {
    const image = await makeImage();
    const requests = await uploadRequests(async (host) =>
      push(await load(image, `${host}/clients/recorded-${short}`)),
    );
    expect(requests).toBe("POST, PUT (Content-Length)");
  });

  it("pushes a multi-layer image and pulls back the same bytes", { tags: ["round-trip"] }, async () => {
    const image = await makeImage();
    const name = await load(image, `${repository}/image`);
    await push(name);
    expect(await readPushed(name)).toEqual(image.content);
    expect(await readLayout(await pullAfresh(name))).toEqual(image.content);
  });

  it("pushes an index of four platforms and pulls back the same bytes", { tags: ["index"] }, async () => {
    const index = await makeIndex();
    const name = await load(index, `${repository}/index`);
    await push(name);
    expect(await readPushed(name)).toEqual(index.content);
    expect(await readLayout(await pullAfresh(name, "--all-platforms"))).toEqual(index.content);
  });

  itMovesHugeImages(short, async (huge) => {
    const name = await load(huge, `${repository}/huge`);
    await push(name);
    return pullAfresh(name);
  });
});
