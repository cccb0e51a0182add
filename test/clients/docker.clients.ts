import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ESBUILD } from "../tools/versions.ts";
import { fileDigest } from "./support/content.ts";
import { type DockerEngine, startDockerEngine } from "./support/docker-engine.ts";
import { itMovesGigabyte } from "./support/huge.ts";
import { esbuildBinary, freshDirectory, GIGABYTE, LAYER, makeIndex, randomFile } from "./support/images.ts";
import { uploadRequests } from "./support/recorder.ts";
import { readPushed } from "./support/repository.ts";
import { run } from "./support/run.ts";
import { built } from "./support/tools.ts";

const repository = `${inject("registry")}/clients/docker`;
const RANDOM = "/data/random.bin";
const DOCKERFILE = `FROM scratch
COPY busybox /bin/busybox
COPY esbuild /esbuild
COPY random.bin ${RANDOM}
CMD ["/esbuild", "--version"]
`;

interface Inspected {
  readonly Id: string;
  readonly RepoDigests: readonly string[];
  readonly RootFS: { readonly Layers: readonly string[] };
}

describe("docker", () => {
  let engine: DockerEngine;
  const docker = (...parameters: string[]): Promise<string> => engine.docker(...parameters);

  beforeAll(async () => {
    engine = await startDockerEngine();
  });
  afterAll(() => engine.stop());

  /** Builds three layers and returns the digest of the random file in the last. */
  async function build(name: string, size = LAYER, ...options: string[]): Promise<string> {
    const context = await freshDirectory("context");
    await cp("/bin/busybox", join(context, "busybox"));
    await cp(esbuildBinary("linux-x64"), join(context, "esbuild"));
    await randomFile(join(context, "random.bin"), size);
    await writeFile(join(context, "Dockerfile"), DOCKERFILE);
    await docker("build", "--quiet", ...options, "--tag", name, context);
    return (await fileDigest(join(context, "random.bin"))).replace("sha256:", "");
  }

  const inspect = async (name: string): Promise<Inspected> => {
    const [found] = JSON.parse(await docker("image", "inspect", name)) as Inspected[];
    if (found === undefined) throw new Error(`docker has no ${name}`);
    return found;
  };

  const runIn = (name: string, ...command: string[]): Promise<string> =>
    docker("run", "--rm", "--network=none", name, ...command);

  /** So that the next pull fetches every layer. */
  async function forgetAllImages(): Promise<void> {
    await docker("system", "prune", "--all", "--force");
    expect(await docker("image", "ls", "--all", "--quiet")).toBe("");
  }

  it("sends a blob as POST, PATCH without a length, PUT", { tags: ["upload"] }, async () => {
    await build("recorded");
    const requests = await uploadRequests(async (host) => {
      await docker("tag", "recorded", `${host}/clients/recorded-docker:1`);
      await docker("push", "--quiet", `${host}/clients/recorded-docker:1`);
    });
    expect(requests).toBe("POST, PATCH (chunked transfer encoding), PUT");
  });

  it("pushes a multi-layer image and pulls back the same layers", { tags: ["round-trip"] }, async () => {
    const random = await build(`${repository}:image`);
    await docker("push", "--quiet", `${repository}:image`);
    const pushed = await inspect(`${repository}:image`);
    const served = await readPushed(`${repository}:image`);
    expect(served.diffIds).toEqual([pushed.RootFS.Layers]);
    expect(served.digests).toContain(pushed.Id);

    await forgetAllImages();
    await docker("pull", "--quiet", `${repository}:image`);
    const pulled = await inspect(`${repository}:image`);
    expect(pulled).toMatchObject({ Id: pushed.Id, RootFS: pushed.RootFS });
    expect(pulled.RepoDigests).toEqual([`${repository}@${served.digest}`]);
    expect(await runIn(`${repository}:image`, "/bin/busybox", "sha256sum", RANDOM)).toBe(
      `${random}  ${RANDOM}\n`,
    );
  });

  it("pulls by digest", { tags: ["round-trip"] }, async () => {
    const { digest } = await readPushed(`${repository}:image`);
    await forgetAllImages();
    await docker("pull", "--quiet", `${repository}@${digest}`);
    expect(await runIn(`${repository}@${digest}`)).toBe(`${ESBUILD}\n`);
  });

  it("pulls an OCI index that another client pushed, and runs the image of its platform", {
    tags: ["index"],
  }, async () => {
    const { layout, tag } = await makeIndex();
    await run([
      built("oras"),
      "cp",
      "--to-plain-http",
      "--from-oci-layout",
      `${layout}:${tag}`,
      `${repository}-index:oci`,
    ]);
    await docker("pull", "--quiet", `${repository}-index:oci`);
    expect(await runIn(`${repository}-index:oci`)).toBe(`${ESBUILD}\n`);
  });

  it("makes a manifest list of two images and pulls by platform", { tags: ["index"] }, async () => {
    const platforms = ["amd64", "arm64"].map((architecture) => ({
      architecture,
      name: `${repository}:${architecture}`,
    }));
    for (const { architecture, name } of platforms) {
      await build(name, 1_000_000, "--no-cache", `--platform=linux/${architecture}`);
      await docker("push", "--quiet", name);
    }
    const names = platforms.map(({ name }) => name);
    await docker("manifest", "create", "--insecure", `${repository}:list`, ...names);
    await docker("manifest", "push", "--insecure", `${repository}:list`);
    const layers = await Promise.all(names.map(async (name) => (await inspect(name)).RootFS.Layers));
    expect((await readPushed(`${repository}:list`)).diffIds).toEqual(layers);

    await forgetAllImages();
    await docker("pull", "--quiet", "--platform=linux/arm64", `${repository}:list`);
    expect((await inspect(`${repository}:list`)).RootFS.Layers).toEqual(layers[1]);
  });

  it("pulls every tag of a repository", { tags: ["list"] }, async () => {
    await forgetAllImages();
    await docker("pull", "--quiet", "--all-tags", repository);
    const tags = await docker("image", "ls", "--format={{.Tag}}", repository);
    expect(tags.trim().split("\n").toSorted()).toEqual(["amd64", "arm64", "image", "list"]);
  });

  itMovesGigabyte("docker", async () => {
    const name = `${repository}:huge`;
    const random = await build(name, GIGABYTE);
    await docker("push", "--quiet", name);
    await forgetAllImages();
    await docker("pull", "--quiet", name);
    const pulled = await runIn(name, "/bin/busybox", "sha256sum", RANDOM);
    await forgetAllImages();
    return { pushed: `${random}  ${RANDOM}\n`, pulled };
  });
});
