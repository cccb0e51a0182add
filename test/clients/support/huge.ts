import { rm } from "node:fs/promises";
import { expect, it } from "vitest";
import { makeHugeImage, type TestImage } from "./images.ts";
import { readLayout } from "./repository.ts";

/** The gate's clients for 1 GiB: skopeo sends a PATCH, oras a PUT. `BERTH_TEST_TIER=full` takes every client. */
const GATE = ["skopeo", "oras"];

const isInTier = (client: string): boolean =>
  process.env["BERTH_TEST_TIER"] === "full" || GATE.includes(client);

export interface RoundTrip {
  readonly pushed: unknown;
  readonly pulled: unknown;
}

/** Defines a test with 1 GiB for a client, where this tier runs it: what is pulled must equal what was pushed. */
export function itMovesGigabyte(client: string, roundTrip: () => Promise<RoundTrip>): void {
  if (!isInTier(client)) return;
  it("pushes a layer of 1 GiB and pulls back the same bytes", { tags: ["huge"] }, async () => {
    const { pushed, pulled } = await roundTrip();
    expect(pulled).toEqual(pushed);
  });
}

/**
 * The same for clients that know OCI layouts: `roundTrip` pushes the image, pulls it, deletes it from the registry, and
 * returns the layout that it pulled into.
 */
export function itMovesHugeImages(client: string, roundTrip: (huge: TestImage) => Promise<string>): void {
  itMovesGigabyte(client, async () => {
    const huge = await makeHugeImage();
    const layout = await roundTrip(huge);
    const pulled = await readLayout(layout);
    await Promise.all([layout, huge.layout].map((directory) => rm(directory, { recursive: true })));
    return { pushed: huge.content, pulled };
  });
}
