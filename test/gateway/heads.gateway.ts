import { beforeAll, describe, expect, it } from "vitest";
import { run } from "../clients/support/run.ts";
import { built } from "../clients/support/tools.ts";
import { patterned } from "../support/bodies.ts";
import { digestOf, manifestOf, type RegistryClient } from "./support/client.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";

/**
 * An API that loses the length of what it answers to HEAD, behind an edge that leads HEAD to a program of its own (the
 * setting `heads`).
 */

const stack = stackUnderTest({ door: "played", settings: { heads: "web-function" } });
const layer = patterned(4000, "heads");
const rootfs = { type: "layers", diff_ids: [digestOf(layer)] };
const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", rootfs }));
const manifest = manifestOf([config, layer]);
/** More than lies in the table's items. */
const large = Buffer.concat([manifest, Buffer.alloc(400 * 1024, " ")]);

async function push(client: RegistryClient): Promise<void> {
  for (const bytes of [config, layer]) await client.pushBlob("heads", bytes);
  for (const [tag, bytes] of Object.entries({ "1": manifest, large }))
    expect((await client.putManifest("heads", tag, bytes)).status).toBe(201);
}

const imageAt = ({ url }: RegistryClient, tag = "1"): string => `${new URL(url).host}/heads:${tag}`;

describe.each(["none", "body", "remap", "function"] as const)(
  "an API that answers HEAD with length: %s",
  (headLength) => {
    let edge: RegistryClient;
    beforeAll(async () => {
      edge = await stack.serveEdge({ headLength });
      await push(edge);
    });

    it.each([
      ["a manifest by its tag", "manifests/1", manifest],
      ["a manifest by its digest", `manifests/${digestOf(manifest)}`, manifest],
      ["a manifest that is an object", "manifests/large", large],
      ["a blob", `blobs/${digestOf(layer)}`, layer],
    ])("leaves it right: %s", async (_, path, bytes) => {
      const head = await edge.fetch(`/v2/heads/${path}`, { method: "HEAD" });
      expect([
        head.status,
        head.headers.get("content-length"),
        head.headers.get("docker-content-digest"),
      ]).toEqual([200, String(bytes.length), digestOf(bytes)]);
    });

    it("says what is not there, in the contract's terms", async () => {
      for (const path of ["manifests/absent", `blobs/${digestOf(Buffer.from("absent"))}`, "tags/list/none"])
        expect((await edge.fetch(`/v2/heads/${path}`, { method: "HEAD" })).status).toBe(404);
    });

    it("lets crane push a tag that exists", async () => {
      for (const _ of [1, 2]) await run([built("crane"), "copy", imageAt(edge), imageAt(edge, headLength)]);
      expect(await run([built("crane"), "digest", imageAt(edge, headLength)])).toBe(
        `${digestOf(manifest)}\n`,
      );
    });

    it("lets oras resolve a tag, and a blob", async () => {
      const asked = [built("oras"), "manifest", "fetch", "--plain-http", "--descriptor", imageAt(edge)];
      expect(JSON.parse(await run(asked))).toMatchObject({
        digest: digestOf(manifest),
        size: manifest.length,
      });
      const name = `${new URL(edge.url).host}/heads@${digestOf(layer)}`;
      const blob = [built("oras"), "blob", "fetch", "--plain-http", "--descriptor", name];
      expect(JSON.parse(await run(blob))).toMatchObject({ size: layer.length });
    });
  },
);
