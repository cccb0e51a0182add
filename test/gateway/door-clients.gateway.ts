import { rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { freshDirectory, makeHugeImage } from "../clients/support/images.ts";
import { readLayout } from "../clients/support/repository.ts";
import { run } from "../clients/support/run.ts";
import { built, debian } from "../clients/support/tools.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";

/**
 * Real clients with a layer of 1 GiB, through the API and the upload door. The gate takes one that sends a PATCH and one
 * that sends a PUT; `BERTH_TEST_TIER=full` takes skopeo too, whose PATCH has no length.
 */

const stack = stackUnderTest({ door: "played" });
const MINUTES = 60_000;

interface Client {
  readonly name: string;
  /** `image`: `127.0.0.1:port/name:tag` */
  readonly push: (layout: string, image: string) => readonly string[];
  readonly pull: (image: string, layout: string) => readonly string[];
  readonly isInGate: boolean;
}

const TAG = "1.0";
function regctl(image: string, from: string, to: string): readonly string[] {
  const host = `reg=${image.split("/")[0]},tls=disabled`;
  return [built("regctl"), "--host", host, "image", "copy", from, to];
}

const skopeo = (...parameters: string[]): readonly string[] => [debian("skopeo"), "copy", ...parameters];

const CLIENTS: readonly Client[] = [
  {
    name: "crane: POST, PATCH with a length, PUT",
    push: (layout, image) => [built("crane"), "push", layout, image],
    pull: (image, layout) => [built("crane"), "pull", "--format=oci", image, layout],
    isInGate: true,
  },
  {
    name: "regctl: POST, PUT",
    push: (layout, image) => regctl(image, `ocidir://${layout}:${TAG}`, image),
    pull: (image, layout) => regctl(image, image, `ocidir://${layout}:${TAG}`),
    isInGate: true,
  },
  {
    name: "skopeo: POST, PATCH without a length, PUT",
    push: (layout, image) =>
      skopeo("--preserve-digests", "--dest-tls-verify=false", `oci:${layout}:${TAG}`, `docker://${image}`),
    pull: (image, layout) => skopeo("--src-tls-verify=false", `docker://${image}`, `oci:${layout}:${TAG}`),
    isInGate: false,
  },
];
const isFull = process.env["BERTH_TEST_TIER"] === "full";

describe("a layer of 1 GiB through the upload door", () => {
  it.each(CLIENTS.filter(({ isInGate }) => isInGate || isFull))(
    "$name: what is pulled is what was pushed",
    async ({ push, pull }) => {
      const { layout, content } = await makeHugeImage();
      const image = `${new URL(stack.client.url).host}/door/gigabyte:${TAG}`;
      await run(push(layout, image));
      const pulled = await freshDirectory("pulled");
      await run(pull(image, pulled));
      expect(await readLayout(pulled)).toEqual(content);
      await Promise.all([layout, pulled].map((directory) => rm(directory, { recursive: true })));
    },
    10 * MINUTES,
  );

  it("takes no more memory than an environment has", () => {
    expect(stack.log()).not.toContain("killed, it had");
  });
});
