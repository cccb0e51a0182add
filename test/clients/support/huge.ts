import { rm } from "node:fs/promises";
import { expect, it } from "vitest";
import { makeHugeImage, type TestImage } from "./images.ts";
import { readLayout } from "./repository.ts";

/** The gate's clients for 1 GiB: skopeo sends a PATCH, oras a PUT. `BERTH_TEST_TIER=full` takes every client. */
const GATE = ["skopeo", "oras"];

export const pushesHugeLayers = (client: string): boolean =>
  process.env["BERTH_TEST_TIER"] === "full" || GATE.includes(client);

/**
 * Defines the test with a layer of 1 GiB where this tier runs it. `roundTrip` pushes the image, pulls it, deletes it
 * from the registry, and returns the layout that it pulled into.
 */
export function itMovesHugeLayers(client: string, roundTrip: (huge: TestImage) => Promise<string>): void {
  if (!pushesHugeLayers(client)) return;
  it("pushes a layer of 1 GiB and pulls back the same bytes", { tags: ["huge"] }, async () => {
    const huge = await makeHugeImage();
    const pulled = await roundTrip(huge);
    expect(await readLayout(pulled)).toEqual(huge.content);
    await Promise.all([pulled, huge.layout].map((directory) => rm(directory, { recursive: true })));
  });
}
