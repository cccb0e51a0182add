import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { itMovesHugeImages } from "./support/huge.ts";
import { freshDirectory, LAYER, makeImage, makeIndex, randomFile, type TestImage } from "./support/images.ts";
import { uploadRequests } from "./support/recorder.ts";
import { manifestStatus, readLayout, readPushed, referrers } from "./support/repository.ts";
import { run } from "./support/run.ts";
import { built } from "./support/tools.ts";

const repository = `${inject("registry")}/clients/oras`;
const API = ["--plain-http", "--distribution-spec=v1.1-referrers-api"];

const oras = (...parameters: string[]): Promise<string> => run([built("oras"), ...parameters]);

const push = ({ layout, tag }: TestImage, to: string): Promise<string> =>
  oras("cp", "--to-plain-http", "--from-oci-layout", `${layout}:${tag}`, to);

async function pull(from: string, ...options: string[]): Promise<string> {
  const layout = await freshDirectory("pulled");
  await oras("cp", "--from-plain-http", "--to-oci-layout", ...options, from, `${layout}:pulled`);
  return layout;
}

const remove = (name: string): Promise<string> => oras("manifest", "delete", "--plain-http", "--force", name);

interface Referrer {
  readonly digest: string;
  readonly artifactType: string;
  readonly referrers?: readonly Referrer[];
}

const discover = async (name: string, ...options: string[]): Promise<readonly Referrer[]> => {
  const found = await oras("discover", ...API, "--format=json", ...options, name);
  return (JSON.parse(found) as { referrers?: Referrer[] }).referrers ?? [];
};

async function attach(subject: string, artifactType: string, text: string): Promise<string> {
  const cwd = await freshDirectory("attached");
  await writeFile(join(cwd, "note.txt"), text);
  const options = [...API, "--artifact-type", artifactType, "--format=json"];
  const written = await run([built("oras"), "attach", ...options, subject, "note.txt"], { cwd });
  return (JSON.parse(written) as Referrer).digest;
}

describe("oras", () => {
  let image: TestImage;
  let index: TestImage;

  beforeAll(async () => {
    image = await makeImage();
    index = await makeIndex();
  });

  it("sends a blob as POST, PUT with a length", { tags: ["upload"] }, async () => {
    const requests = await uploadRequests((host) => push(image, `${host}/clients/recorded-oras:1`));
    expect(requests).toBe("POST, PUT (Content-Length)");
  });

  it("pushes a multi-layer image and pulls back the same bytes", { tags: ["round-trip"] }, async () => {
    await push(image, `${repository}:image`);
    expect(await readPushed(`${repository}:image`)).toEqual(image.content);
    expect(await readLayout(await pull(`${repository}:image`))).toEqual(image.content);
  });

  it("pushes files as an artifact and pulls back the same files", { tags: ["round-trip"] }, async () => {
    const [cwd, into] = [await freshDirectory("files"), await freshDirectory("files")];
    await randomFile(join(cwd, "model.bin"), LAYER);
    await writeFile(join(cwd, "read.me"), "an artifact");
    const files = ["model.bin:application/octet-stream", "read.me:text/plain"];
    const options = ["--plain-http", "--artifact-type=application/vnd.example.model"];
    await run([built("oras"), "push", ...options, `${repository}:artifact`, ...files], { cwd });
    await oras("pull", "--plain-http", "--output", into, `${repository}:artifact`);
    for (const file of ["model.bin", "read.me"]) {
      expect((await readFile(join(into, file))).equals(await readFile(join(cwd, file)))).toBe(true);
    }
  });

  it("pushes an index of four platforms and pulls back the same bytes", { tags: ["index"] }, async () => {
    await push(index, `${repository}:index`);
    expect(await readPushed(`${repository}:index`)).toEqual(index.content);
    expect(await readLayout(await pull(`${repository}:index`), "pulled")).toEqual(index.content);
  });

  it("attaches artifacts to an image, and discovers them by the referrers API", {
    tags: ["referrers"],
  }, async () => {
    const subject = `${repository}:image`;
    const license = await attach(subject, "application/vnd.example.license", "free");
    const report = await attach(subject, "application/vnd.example.report", "clean");
    const review = await attach(`${repository}@${report}`, "application/vnd.example.review", "agreed");
    const found = await discover(subject);
    expect(found.map(({ digest }) => digest).toSorted()).toEqual([license, report].toSorted());
    expect(found.find(({ digest }) => digest === report)?.referrers?.[0]?.digest).toBe(review);
    expect(await referrers(`${repository}@${image.content.digest}`)).toHaveLength(2);
  });

  it("discovers only the artifacts of one type", { tags: ["referrers"] }, async () => {
    const found = await discover(`${repository}:image`, "--artifact-type=application/vnd.example.report");
    expect(found.map(({ artifactType }) => artifactType)).toEqual(["application/vnd.example.report"]);
  });

  it("copies an image with all that is attached to it", { tags: ["referrers"] }, async () => {
    const options = ["--from-plain-http", "--to-plain-http", "--recursive"];
    await oras("cp", ...options, `${repository}:image`, `${repository}-copy:image`);
    expect(await discover(`${repository}-copy:image`)).toHaveLength(2);
  });

  it("lists the tags", { tags: ["list"] }, async () => {
    const listed = await oras("repo", "tags", "--plain-http", repository);
    expect(listed.trim().split("\n")).toEqual(["artifact", "image", "index"]);
  });

  it("deletes a manifest", { tags: ["delete"] }, async () => {
    await remove(`${repository}:artifact`);
    expect(await manifestStatus(`${repository}:artifact`)).toBe(404);
  });

  it("no longer discovers an attached artifact that was deleted", { tags: ["delete"] }, async () => {
    const subject = `${repository}:image`;
    const [report] = await discover(subject, "--artifact-type=application/vnd.example.report");
    await remove(`${repository}@${report?.digest ?? ""}`);
    expect((await discover(subject)).map(({ artifactType }) => artifactType)).toEqual([
      "application/vnd.example.license",
    ]);
  });

  itMovesHugeImages("oras", async (huge) => {
    await push(huge, `${repository}:huge`);
    const pulled = await pull(`${repository}:huge`);
    await remove(`${repository}:huge`);
    return pulled;
  });
});
