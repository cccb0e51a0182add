import { rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { ESBUILD } from "../tools/versions.ts";
import { type StorageTool, withOwnStorage } from "./support/containers-storage.ts";
import { itMovesGigabyte, type RoundTrip } from "./support/huge.ts";
import { makeHugeImage, makeImage, makeIndex, type TestImage } from "./support/images.ts";
import { uploadRequests } from "./support/recorder.ts";
import { readPushed } from "./support/repository.ts";
import { run } from "./support/run.ts";

const repository = `${inject("registry")}/clients/podman`;
const PLAIN_HTTP = "--tls-verify=false";

interface Inspected {
  readonly Id: string;
  readonly Digest: string;
  readonly RootFS: { readonly Layers: readonly string[] };
}

describe("podman", () => {
  let podman: StorageTool;

  beforeAll(async () => {
    podman = await withOwnStorage("podman");
  });

  /** Takes an image from disk into podman's storage, which unpacks it; returns its id. */
  const load = async ({ layout, tag }: TestImage): Promise<string> =>
    (await podman("pull", "--quiet", `oci:${layout}:${tag}`)).trim();

  const push = (id: string, to: string, ...options: string[]): Promise<string> =>
    podman("push", "--quiet", PLAIN_HTTP, ...options, id, to);

  async function pullAfresh(name: string, ...options: string[]): Promise<Inspected> {
    await podman("rmi", "--all", "--force");
    await podman("pull", "--quiet", PLAIN_HTTP, ...options, name);
    const [found] = JSON.parse(await podman("image", "inspect", name)) as Inspected[];
    if (found === undefined) throw new Error(`podman has no ${name}`);
    return found;
  }

  /** podman compresses the layers anew: what is inside them, and the config, which is the id, must stay. */
  async function roundTrip(image: TestImage, name: string, ...options: string[]): Promise<RoundTrip> {
    const id = await load(image);
    await push(id, name, ...options);
    const served = await readPushed(name);
    const { Id, Digest, RootFS } = await pullAfresh(name);
    const pulled = { Id, Digest, served: served.diffIds, unpacked: [RootFS.Layers] };
    const { diffIds } = image.content;
    return { pushed: { Id: id, Digest: served.digest, served: diffIds, unpacked: diffIds }, pulled };
  }

  it("sends a blob as POST, PATCH without a length, PUT", { tags: ["upload"] }, async () => {
    const id = await load(await makeImage());
    const requests = await uploadRequests((host) => push(id, `${host}/clients/recorded-podman:1`));
    expect(requests).toBe("POST, PATCH (chunked transfer encoding), PUT");
  });

  it("pushes a multi-layer image and pulls back the same layers", { tags: ["round-trip"] }, async () => {
    const { pushed, pulled } = await roundTrip(await makeImage(), `${repository}:image`);
    expect(pulled).toEqual(pushed);
  });

  it("unpacks a program that runs", { tags: ["round-trip"] }, async () => {
    const root = (await podman("image", "mount", `${repository}:image`)).trim();
    expect(await run([join(root, "esbuild"), "--version"])).toBe(`${ESBUILD}\n`);
  });

  it("pushes layers compressed with zstd and pulls them back", { tags: ["round-trip"] }, async () => {
    const options = "--compression-format=zstd";
    const { pushed, pulled } = await roundTrip(await makeImage(), `${repository}:zstd`, options);
    expect(pulled).toEqual(pushed);
  });

  it("pushes a Docker schema 2 manifest", { tags: ["round-trip"] }, async () => {
    const image = await makeImage();
    await push(await load(image), `${repository}:schema2`, "--format=v2s2");
    expect((await readPushed(`${repository}:schema2`)).diffIds).toEqual(image.content.diffIds);
  });

  it("pushes an index of four platforms and pulls one of them", { tags: ["index"] }, async () => {
    const index = await makeIndex();
    await podman("manifest", "create", "list", `oci:${index.layout}:${index.tag}`, "--all");
    await podman("manifest", "push", "--quiet", "--all", PLAIN_HTTP, "list", `docker://${repository}:index`);
    expect((await readPushed(`${repository}:index`)).diffIds).toEqual(index.content.diffIds);
    const pulled = await pullAfresh(`${repository}:index`, "--platform=linux/s390x");
    expect(pulled.RootFS.Layers).toEqual(index.content.diffIds[3]);
  });

  it("lists the tags", { tags: ["list"] }, async () => {
    const listed = await podman("search", "--list-tags", PLAIN_HTTP, "--format=json", repository);
    expect(JSON.parse(listed)).toEqual([{ Name: repository, Tags: ["image", "index", "schema2", "zstd"] }]);
  });

  itMovesGigabyte("podman", async () => {
    const huge = await makeHugeImage();
    const outcome = await roundTrip(huge, `${repository}:huge`);
    await podman("rmi", "--all", "--force");
    await rm(huge.layout, { recursive: true });
    return outcome;
  });
});
