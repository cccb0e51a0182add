import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { freshDirectory, randomFile, type TestImage } from "../../clients/support/images.ts";
import { addImage, addLayer, createLayout } from "../../clients/support/layout.ts";

const TAG = "1.0";
const AMD64 = { os: "linux", architecture: "amd64" };

/** One layer of random bytes. It never runs: what runs is in test/clients/. */
async function makeImage(bytes: number): Promise<TestImage> {
  const layout = await createLayout(await freshDirectory("image"));
  const root = await freshDirectory("root");
  await mkdir(join(root, "data"));
  await randomFile(join(root, "data", "random.bin"), bytes);
  const layers = [await addLayer(layout, root, "store")];
  const parts = { layers, platform: AMD64, command: ["/data/random.bin"], tag: TAG };
  return { layout, tag: TAG, content: (await addImage(layout, parts)).content };
}

const made = new Map<number, Promise<TestImage>>();

/** The run's image with a layer of that size, made when it is first asked for. Every registry of the run is a fresh one. */
export function imageOf(bytes: number): Promise<TestImage> {
  const image = made.get(bytes) ?? makeImage(bytes);
  made.set(bytes, image);
  return image;
}
