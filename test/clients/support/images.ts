import { randomBytes } from "node:crypto";
import { cp, mkdir, open, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { inject } from "vitest";
import { ESBUILD, ESBUILD_PLATFORMS } from "../../tools/versions.ts";
import type { Content } from "./content.ts";
import { addImage, addIndex, addLayer, createLayout, type Platform } from "./layout.ts";

/** An OCI layout on disk with one image or index under one tag, and blobs that no other test has. */
export interface TestImage {
  readonly layout: string;
  readonly tag: string;
  readonly content: Content;
}

/** bytes of an image's largest layer: BERTH_TEST_LAYER, for a registry whose requests bring less */
export const LAYER = Number(process.env["BERTH_TEST_LAYER"] ?? 20_000_000);
export const GIGABYTE = 1024 * 1024 * 1024;
const TAG = "1.0";
const AMD64: Platform = { os: "linux", architecture: "amd64" };

/** How an index names the platforms that npm calls so. */
const PLATFORMS: Readonly<Record<(typeof ESBUILD_PLATFORMS)[number], Platform>> = {
  "linux-x64": AMD64,
  "linux-arm64": { os: "linux", architecture: "arm64" },
  "linux-arm": { os: "linux", architecture: "arm", variant: "v7" },
  "linux-s390x": { os: "linux", architecture: "s390x" },
};

/** Three layers that run: busybox, esbuild on it, and random bytes that no compression shrinks. */
export async function makeImage(bytes = LAYER): Promise<TestImage> {
  const layout = await createLayout(await freshDirectory("image"));
  const layers = [
    await addLayer(layout, await busyboxRoot()),
    await addLayer(layout, await esbuildRoot("linux-x64")),
    await addLayer(layout, await randomRoot(bytes)),
  ];
  const parts = { layers, platform: AMD64, command: ["/bin/busybox", "cat", "/etc/motd"], tag: TAG };
  return { layout, tag: TAG, content: (await addImage(layout, parts)).content };
}

/** The same program for four platforms: an index of four images that share one layer. */
export async function makeIndex(): Promise<TestImage> {
  const layout = await createLayout(await freshDirectory("index"));
  const shared = await addLayer(layout, await randomRoot(64 * 1024));
  const images = [];
  for (const name of ESBUILD_PLATFORMS) {
    const layers = [shared, await addLayer(layout, await esbuildRoot(name))];
    images.push(
      await addImage(layout, { layers, platform: PLATFORMS[name], command: ["/esbuild", "--version"] }),
    );
  }
  return { layout, tag: TAG, content: await addIndex(layout, images, TAG) };
}

/** Two layers, one of them of 1 GiB. */
export async function makeHugeImage(): Promise<TestImage> {
  const layout = await createLayout(await freshDirectory("huge"));
  const layers = [
    await addLayer(layout, await busyboxRoot()),
    await addLayer(layout, await randomRoot(GIGABYTE), "store"),
  ];
  const parts = { layers, platform: AMD64, command: ["/bin/busybox"], tag: TAG };
  return { layout, tag: TAG, content: (await addImage(layout, parts)).content };
}

/** A new folder of the run. Short and in lower case: podman demands both. */
export async function freshDirectory(name: string): Promise<string> {
  const path = join(inject("workshop"), `${name}-${randomBytes(4).toString("hex")}`);
  await mkdir(path);
  return path;
}

/** Writes a file of `size` random bytes without holding it in memory. */
export async function randomFile(path: string, size: number): Promise<void> {
  const piece = 1024 * 1024;
  await using file = await open(path, "wx");
  for (let left = size; left > 0; left -= piece) await file.write(randomBytes(Math.min(left, piece)));
}

/** The program in the images: static, and able to tell its version where it is run. */
export const esbuildBinary = (platform: (typeof ESBUILD_PLATFORMS)[number]): string =>
  resolve(".tools", "esbuild", ESBUILD, platform, "package", "bin", "esbuild");

async function busyboxRoot(): Promise<string> {
  const root = await freshDirectory("root");
  await mkdir(join(root, "bin"));
  await mkdir(join(root, "etc"));
  await cp("/bin/busybox", join(root, "bin", "busybox"));
  await writeFile(join(root, "etc", "motd"), "berth\n");
  return root;
}

async function esbuildRoot(name: (typeof ESBUILD_PLATFORMS)[number]): Promise<string> {
  const root = await freshDirectory("root");
  await cp(esbuildBinary(name), join(root, "esbuild"));
  return root;
}

async function randomRoot(size: number): Promise<string> {
  const root = await freshDirectory("root");
  await mkdir(join(root, "data"));
  await randomFile(join(root, "data", "random.bin"), size);
  return root;
}
