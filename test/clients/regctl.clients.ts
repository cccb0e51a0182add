import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { itMovesHugeImages } from "./support/huge.ts";
import { freshDirectory, makeImage, makeIndex, type TestImage } from "./support/images.ts";
import { uploadRequests } from "./support/recorder.ts";
import { manifestStatus, readLayout, readPushed, referrers } from "./support/repository.ts";
import { run } from "./support/run.ts";
import { built } from "./support/tools.ts";

const repository = `${inject("registry")}/clients/regctl`;

/** regctl is told per host to speak plain HTTP, and from which size on it sends chunks. */
const regctl = (host: string, ...parameters: string[]): Promise<string> =>
  run([built("regctl"), "--host", `reg=${host},tls=disabled`, ...parameters]);

const here = (...parameters: string[]): Promise<string> => regctl(inject("registry"), ...parameters);

const source = ({ layout, tag }: TestImage): string => `ocidir://${layout}:${tag}`;

async function pull(from: string, ...options: string[]): Promise<string> {
  const layout = await freshDirectory("pulled");
  await here("image", "copy", ...options, from, `ocidir://${layout}:pulled`);
  return layout;
}

async function attach(artifactType: string, text: string): Promise<void> {
  const file = join(await freshDirectory("attached"), "note.txt");
  await writeFile(file, text);
  await here(
    "artifact",
    "put",
    "--artifact-type",
    artifactType,
    "--file",
    file,
    "--subject",
    `${repository}:image`,
  );
}

const list = async (...options: string[]): Promise<readonly string[]> => {
  const format = "{{range .Descriptors}}{{println .ArtifactType}}{{end}}";
  const listed = await here("artifact", "list", `${repository}:image`, "--format", format, ...options);
  return listed.split("\n").filter((line) => line !== "");
};

describe("regctl", () => {
  let image: TestImage;
  let index: TestImage;

  beforeAll(async () => {
    image = await makeImage();
    index = await makeIndex();
  });

  it("sends a blob as POST, PUT with a length", { tags: ["upload"] }, async () => {
    const requests = await uploadRequests((host) =>
      regctl(host, "image", "copy", source(image), `${host}/clients/recorded-regctl:1`),
    );
    expect(requests).toBe("POST, PUT (Content-Length)");
  });

  it("sends a blob as POST, PATCHes with ranges, PUT where it is told to chunk", {
    tags: ["upload"],
  }, async () => {
    const chunked = await makeImage();
    const requests = await uploadRequests(async (host) => {
      await run([
        built("regctl"),
        "registry",
        "set",
        host,
        "--tls=disabled",
        "--blob-max=1000000",
        "--blob-chunk=3000000",
        "--skip-check",
      ]);
      await regctl(host, "image", "copy", source(chunked), `${host}/clients/chunked-regctl:1`);
    });
    expect(requests).toBe("POST, PATCH (Content-Range), PUT");
    expect(await readPushed(`${inject("registry")}/clients/chunked-regctl:1`)).toEqual(chunked.content);
  });

  it("pushes a multi-layer image and pulls back the same bytes", { tags: ["round-trip"] }, async () => {
    await here("image", "copy", source(image), `${repository}:image`);
    expect(await readPushed(`${repository}:image`)).toEqual(image.content);
    expect(await readLayout(await pull(`${repository}:image`))).toEqual(image.content);
  });

  it("puts a blob and gets the same bytes", { tags: ["round-trip"] }, async () => {
    const file = join(await freshDirectory("blob"), "blob");
    await writeFile(file, "a blob that no manifest names");
    const digest = (
      await run([
        "/bin/sh",
        "-c",
        `exec "$0" --host "reg=$1,tls=disabled" blob put "$2" < "$3"`,
        built("regctl"),
        inject("registry"),
        repository,
        file,
      ])
    ).trim();
    expect(await here("blob", "get", repository, digest)).toBe(await readFile(file, "utf8"));
  });

  it("pushes an index of four platforms and pulls back the same bytes", { tags: ["index"] }, async () => {
    await here("image", "copy", source(index), `${repository}:index`);
    expect(await readPushed(`${repository}:index`)).toEqual(index.content);
    expect(await readLayout(await pull(`${repository}:index`))).toEqual(index.content);
  });

  it("makes an index in the registry out of another", { tags: ["index"] }, async () => {
    const platforms = ["--platform=linux/arm64", "--platform=linux/s390x"];
    await here("index", "create", `${repository}:two`, "--ref", `${repository}:index`, ...platforms);
    const made = await readPushed(`${repository}:two`);
    expect(made.diffIds).toEqual([index.content.diffIds[1], index.content.diffIds[3]]);
  });

  it("attaches artifacts to an image, lists and filters them", { tags: ["referrers"] }, async () => {
    await attach("application/vnd.example.license", "free");
    await attach("application/vnd.example.report", "clean");
    expect((await list()).toSorted()).toEqual([
      "application/vnd.example.license",
      "application/vnd.example.report",
    ]);
    const only = "application/vnd.example.report";
    expect(await list("--filter-artifact-type", only)).toEqual([only]);
    const read = await here(
      "artifact",
      "get",
      "--subject",
      `${repository}:image`,
      "--filter-artifact-type",
      only,
    );
    expect(read).toBe("clean");
  });

  it("copies an image with its referrers", { tags: ["referrers"] }, async () => {
    await here("image", "copy", "--referrers", `${repository}:image`, `${repository}-copy:image`);
    expect(await referrers(`${repository}-copy@${image.content.digest}`)).toHaveLength(2);
  });

  it("lists the tags", { tags: ["list"] }, async () => {
    expect((await here("tag", "ls", repository)).trim().split("\n")).toEqual(["image", "index", "two"]);
  });

  it("deletes a tag and leaves the manifest", { tags: ["delete"] }, async () => {
    await here("image", "copy", `${repository}:image`, `${repository}:again`);
    await here("tag", "rm", `${repository}:again`);
    expect(await manifestStatus(`${repository}:again`)).toBe(404);
    expect(await manifestStatus(`${repository}:image`)).toBe(200);
  });

  it("deletes a manifest and its tags", { tags: ["delete"] }, async () => {
    await here("manifest", "delete", `${repository}@${image.content.digest}`);
    expect(await manifestStatus(`${repository}:image`)).toBe(404);
  });

  itMovesHugeImages("regctl", async (huge) => {
    await here("image", "copy", source(huge), `${repository}:huge`);
    const pulled = await pull(`${repository}:huge`);
    await here("manifest", "delete", `${repository}@${huge.content.digest}`);
    return pulled;
  });
});
