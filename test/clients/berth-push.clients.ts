import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { skopeo } from "./support/containers-storage.ts";
import { sha256 } from "./support/content.ts";
import { startDockerEngine } from "./support/docker-engine.ts";
import { itMovesHugeImages } from "./support/huge.ts";
import { freshDirectory, makeImage, makeIndex, type TestImage } from "./support/images.ts";
import { uploadRequests } from "./support/recorder.ts";
import { readLayout, readPushed } from "./support/repository.ts";
import { run } from "./support/run.ts";
import { built } from "./support/tools.ts";

/** What other tools wrote, pushed by ours, and what other tools make of it. */

const repository = `${inject("registry")}/clients/berth-push`;
const BERTH = fileURLToPath(new URL("../../local/berth.ts", import.meta.url));

const push = (source: string, to: string, ...options: string[]): Promise<string> =>
  run([process.execPath, BERTH, "push", source, to, ...options]);

const crane = (...parameters: string[]): Promise<string> => run([built("crane"), ...parameters]);

async function pull(from: string): Promise<string> {
  const layout = await freshDirectory("pulled");
  await crane("pull", "--format=oci", from, layout);
  return layout;
}

async function copied(from: string, ...options: string[]): Promise<string> {
  const layout = await freshDirectory("copied");
  await skopeo("copy", "--src-tls-verify=false", ...options, `docker://${from}`, `oci:${layout}:copied`);
  return layout;
}

describe("berth push", () => {
  let image: TestImage;
  let index: TestImage;
  let archives: string;

  beforeAll(async () => {
    image = await makeImage();
    index = await makeIndex();
    archives = await freshDirectory("archives");
  });

  it("sends a blob as POST, PATCH (Content-Range), PUT", { tags: ["upload"] }, async () => {
    const requests = await uploadRequests((host) => push(image.layout, `${host}/clients/recorded-berth:1`));
    expect(requests).toBe("POST, PATCH (Content-Range), PUT");
  });

  it("pushes a multi-layer image; crane pulls back the same bytes and finds nothing wrong", {
    tags: ["round-trip"],
  }, async () => {
    await push(image.layout, `${repository}:image`, "--part-size", "3m");
    expect(await readPushed(`${repository}:image`)).toEqual(image.content);
    expect(await readLayout(await pull(`${repository}:image`))).toEqual(image.content);
    expect(await crane("validate", "--remote", `${repository}:image`)).toMatch(/^PASS/);
  });

  it("pushes an index of four platforms; skopeo copies the same bytes", { tags: ["index"] }, async () => {
    await push(index.layout, `${repository}:index`);
    expect(await readLayout(await copied(`${repository}:index`, "--all"))).toEqual(index.content);
  });

  it("pushes an OCI archive of skopeo", { tags: ["round-trip"] }, async () => {
    const archive = join(archives, "oci.tar");
    await skopeo(
      "copy",
      "--preserve-digests",
      `oci:${image.layout}:${image.tag}`,
      `oci-archive:${archive}:own`,
    );
    await push(archive, repository);
    expect(await readPushed(`${repository}:own`)).toEqual(image.content);
  });

  it("pushes an archive in the form of docker save: the same layers, the same image id", {
    tags: ["round-trip"],
  }, async () => {
    const archive = join(archives, "docker.tar");
    await skopeo("copy", `oci:${image.layout}:${image.tag}`, `docker-archive:${archive}:team/app:saved`);
    await push(archive, repository);
    const pushed = await readPushed(`${repository}:saved`);
    expect(pushed.diffIds).toEqual(image.content.diffIds);
    expect(pushed.digests).toContain(await configOf(image.layout));
    expect(await readLayout(await copied(`${repository}:saved`, "--preserve-digests"))).toEqual(pushed);
  });

  it("pushes what docker saved, and docker pulls the image with the id that it had", {
    tags: ["round-trip"],
  }, async () => {
    const engine = await startDockerEngine();
    try {
      await engine.docker("pull", "--quiet", `${repository}:image`);
      await engine.docker("tag", `${repository}:image`, "team/app:engine");
      const id = await engine.docker("image", "inspect", "--format={{.Id}}", "team/app:engine");
      const archive = join(archives, "engine.tar");
      await engine.docker("save", "--output", archive, "team/app:engine");
      await push(archive, `${repository}-engine`);
      await engine.docker("system", "prune", "--all", "--force");
      await engine.docker("pull", "--quiet", `${repository}-engine:engine`);
      expect(await engine.docker("image", "inspect", "--format={{.Id}}", `${repository}-engine:engine`)).toBe(
        id,
      );
    } finally {
      await engine.stop();
    }
  });

  itMovesHugeImages("berth push", async (huge) => {
    await push(huge.layout, `${repository}:huge`);
    const layout = await pull(`${repository}:huge`);
    await crane("delete", `${repository}@${(await crane("digest", `${repository}:huge`)).trim()}`);
    return layout;
  });
});

/** The digest of the config of the one image in a layout. */
const configOf = async (layout: string): Promise<string> =>
  sha256(Buffer.from(await skopeo("inspect", "--config", "--raw", `oci:${layout}`)));
