import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { type StorageTool, withOwnStorage } from "./support/containers-storage.ts";
import { fileDigest } from "./support/content.ts";
import { itMovesGigabyte, type RoundTrip } from "./support/huge.ts";
import { freshDirectory, GIGABYTE, LAYER, makeIndex, randomFile } from "./support/images.ts";
import { uploadRequests } from "./support/recorder.ts";
import { readLayout, readPushed } from "./support/repository.ts";

const repository = `${inject("registry")}/clients/buildah`;
const PLAIN_HTTP = "--tls-verify=false";

describe("buildah", () => {
  let buildah: StorageTool;

  beforeAll(async () => {
    buildah = await withOwnStorage("buildah");
  });

  /** Builds an image with one random file by copying into a container; returns the file's digest. */
  async function build(name: string, size: number): Promise<string> {
    const file = join(await freshDirectory("file"), "random.bin");
    await randomFile(file, size);
    const container = (await buildah("from", "scratch")).trim();
    await buildah("copy", "--quiet", container, file, "/random.bin");
    await buildah("commit", "--quiet", "--rm", "--format=oci", container, name);
    return fileDigest(file);
  }

  const push = (name: string, to: string): Promise<string> =>
    buildah("push", "--quiet", PLAIN_HTTP, name, to);

  /** Pulls into an empty storage and returns the digest of the random file in the image. */
  async function pullAfresh(name: string): Promise<string> {
    await buildah("rmi", "--all", "--force");
    await buildah("pull", "--quiet", PLAIN_HTTP, name);
    const container = (await buildah("from", "--pull-never", name)).trim();
    const root = (await buildah("mount", container)).trim();
    const digest = await fileDigest(join(root, "random.bin"));
    await buildah("rm", container);
    return digest;
  }

  async function roundTrip(name: string, size: number): Promise<RoundTrip> {
    const pushed = await build("built", size);
    await push("built", name);
    const pulled = await pullAfresh(name);
    await buildah("rmi", "--all", "--force");
    return { pushed, pulled };
  }

  it("sends a blob as POST, PATCH without a length, PUT", { tags: ["upload"] }, async () => {
    await build("recorded", LAYER);
    const requests = await uploadRequests((host) => push("recorded", `${host}/clients/recorded-buildah:1`));
    expect(requests).toBe("POST, PATCH (chunked transfer encoding), PUT");
  });

  it("pushes an image that it built and pulls back the same file", { tags: ["round-trip"] }, async () => {
    const { pushed, pulled } = await roundTrip(`${repository}:image`, LAYER);
    expect(pulled).toBe(pushed);
    expect((await readPushed(`${repository}:image`)).diffIds).toHaveLength(1);
  });

  it("builds on an image in the registry", { tags: ["round-trip"] }, async () => {
    const context = await freshDirectory("context");
    await writeFile(join(context, "note.txt"), "on top");
    await writeFile(join(context, "Dockerfile"), `FROM ${repository}:image\nCOPY note.txt /note.txt\n`);
    await buildah("build", "--quiet", PLAIN_HTTP, "--layers", "--tag", "derived", context);
    await push("derived", `${repository}:derived`);
    const [base = []] = (await readPushed(`${repository}:image`)).diffIds;
    const [derived = []] = (await readPushed(`${repository}:derived`)).diffIds;
    expect(derived.slice(0, -1)).toEqual(base);
  });

  it("pushes an index of four platforms and pulls back the same layers", { tags: ["index"] }, async () => {
    const index = await makeIndex();
    await buildah("manifest", "create", "--all", "list", `oci:${index.layout}:${index.tag}`);
    await buildah("manifest", "push", "--quiet", "--all", PLAIN_HTTP, "list", `docker://${repository}:index`);
    expect((await readPushed(`${repository}:index`)).diffIds).toEqual(index.content.diffIds);

    await buildah("rmi", "--all", "--force");
    await buildah("manifest", "create", "--all", PLAIN_HTTP, "pulled", `docker://${repository}:index`);
    const layout = await freshDirectory("pulled");
    await buildah("manifest", "push", "--quiet", "--all", PLAIN_HTTP, "pulled", `oci:${layout}:pulled`);
    expect((await readLayout(layout)).diffIds).toEqual(index.content.diffIds);
  });

  itMovesGigabyte("buildah", () => roundTrip(`${repository}:huge`, GIGABYTE));
});
