import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startDockerEngine } from "../../clients/support/docker-engine.ts";
import { freshDirectory, randomFile } from "../../clients/support/images.ts";
import { readPushed } from "../../clients/support/repository.ts";
import { patterned } from "../../support/bodies.ts";
import { createClient, digestOf, manifestOf, type RegistryClient } from "../support/client.ts";
import { stackIn } from "../synthesize.ts";
import { type EmulatedAws, startEmulatedAws } from "./emulated-aws.ts";

/** The same assembly as the gateway's, deployed by CDK into an emulator of AWS that others made. */
let aws: EmulatedAws;
let client: RegistryClient;

beforeAll(async () => {
  aws = await startEmulatedAws(await freshDirectory("emulator"));
  const assembly = inject("assembly");
  const apiId = await aws.deploy(assembly, await stackIn(assembly, undefined));
  client = createClient(await aws.serve(apiId));
});
afterAll(() => aws.stop());

describe("cdk deploy", () => {
  it.each([1, 2, 8, 9])("carries a push and a pull of a name with %d components", async (depth) => {
    const repository = Array.from({ length: depth }, (_, index) => `c${index}`).join("/");
    const blobs = [Buffer.from("{}"), patterned(200_000, depth)];
    for (const bytes of blobs) await client.pushBlob(repository, bytes);
    const manifest = manifestOf(blobs);
    expect((await client.putManifest(repository, "1", manifest)).status).toBe(201);
    for (const bytes of blobs) {
      expect(digestOf(await client.pullBlob(repository, digestOf(bytes)))).toBe(digestOf(bytes));
    }
    const got = await client.fetch(`/v2/${repository}/manifests/1`);
    expect(digestOf(Buffer.from(await got.arrayBuffer()))).toBe(digestOf(manifest));
    const tags = await client.fetch(`/v2/${repository}/tags/list`);
    expect(await tags.json()).toEqual({ name: repository, tags: ["1"] });
  });

  it("routes what no endpoint is to the registry, as the gateway does", async () => {
    for (const path of ["/", "/v1/", "/v2/x", "/v2/a/b/unknown/c"]) {
      const response = await client.fetch(path);
      expect(response.status).toBe(404);
      expect(response.headers.get("docker-distribution-api-version")).toBe("registry/2.0");
    }
    for (const path of ["/v2/", "/v2"]) expect((await client.fetch(path)).status).toBe(200);
  });

  it("carries docker push and docker pull", async () => {
    const engine = await startDockerEngine();
    const name = `${new URL(client.url).host}/emulated/docker:1`;
    try {
      const context = await freshDirectory("context");
      await cp("/bin/busybox", join(context, "busybox"));
      await randomFile(join(context, "random.bin"), 3_000_000);
      await writeFile(
        join(context, "Dockerfile"),
        "FROM scratch\nCOPY busybox /bin/busybox\nCOPY random.bin /\n",
      );
      await engine.docker("build", "--quiet", "--tag", name, context);
      await engine.docker("push", "--quiet", name);
      const id = await engine.docker("image", "inspect", "--format={{.Id}}", name);
      await engine.docker("system", "prune", "--all", "--force");
      await engine.docker("pull", "--quiet", name);
      expect(await engine.docker("image", "inspect", "--format={{.Id}}", name)).toBe(id);
      expect((await readPushed(name)).diffIds[0]).toHaveLength(2);
    } finally {
      await engine.stop();
    }
  });
});
