import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { startContainerd } from "../clients/support/containerd.ts";
import { skopeo, withOwnStorage } from "../clients/support/containers-storage.ts";
import { startDockerEngine } from "../clients/support/docker-engine.ts";
import { freshDirectory, randomFile, type TestImage } from "../clients/support/images.ts";
import { addImage, addLayer, createLayout } from "../clients/support/layout.ts";
import { readLayout, readPushed, referrers } from "../clients/support/repository.ts";
import { run } from "../clients/support/run.ts";
import { built, debian } from "../clients/support/tools.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";

/**
 * Real clients, with layers that pass API Gateway and Lambda in one request. What they do beside a round trip, and with
 * larger layers, test/clients/ shows.
 */

const stack = stackUnderTest();
/** `127.0.0.1:port/clients/<client>` */
const repositoryOf = (client: string): string => `${new URL(stack.client.url).host}/clients/${client}`;

/** bytes: with compression and base64 below 6 MB */
const LAYER = 4_000_000;
const AMD64 = { os: "linux", architecture: "amd64" };

/** Two layers, one that runs and one that no compression shrinks. */
async function makeImage(bytes = LAYER): Promise<TestImage> {
  const layout = await createLayout(await freshDirectory("image"));
  const busybox = await freshDirectory("root");
  await mkdir(join(busybox, "bin"));
  await cp("/bin/busybox", join(busybox, "bin", "busybox"));
  const random = await freshDirectory("root");
  await randomFile(join(random, "random.bin"), bytes);
  const layers = [await addLayer(layout, busybox), await addLayer(layout, random)];
  const parts = { layers, platform: AMD64, command: ["/bin/busybox"], tag: "1" };
  return { layout, tag: "1", content: (await addImage(layout, parts)).content };
}

let image: TestImage;
beforeAll(async () => {
  image = await makeImage();
});

describe("clients that keep an image's bytes get back what they pushed", () => {
  const pulled = (): Promise<string> => freshDirectory("pulled");

  it("skopeo: POST, PATCH, PUT", async () => {
    const name = `docker://${repositoryOf("skopeo")}:1`;
    const into = await pulled();
    const exact = ["copy", "--preserve-digests"];
    await skopeo(...exact, "--dest-tls-verify=false", `oci:${image.layout}:1`, name);
    await skopeo("copy", "--src-tls-verify=false", name, `oci:${into}:1`);
    expect(await readLayout(into)).toEqual(image.content);
  });

  it("berth push: POST, PATCH in parts, PUT; a layer that no request can carry", async () => {
    const name = `${repositoryOf("berth")}:1`;
    const large = await makeImage(30_000_000);
    const into = await pulled();
    const berth = fileURLToPath(new URL("../../local/berth.ts", import.meta.url));
    await run([process.execPath, berth, "push", large.layout, name]);
    await run([built("crane"), "pull", "--format=oci", name, into]);
    expect(await readLayout(into)).toEqual(large.content);
  });

  it("crane: POST, PATCH, PUT; and copies by mounting", async () => {
    const name = `${repositoryOf("crane")}:1`;
    const into = await pulled();
    await run([built("crane"), "push", image.layout, name]);
    await run([built("crane"), "copy", name, `${repositoryOf("crane-copy")}:1`]);
    await run([built("crane"), "pull", "--format=oci", `${repositoryOf("crane-copy")}:1`, into]);
    expect(await readLayout(into)).toEqual(image.content);
    expect(await run([built("crane"), "validate", "--remote", name])).toMatch(/^PASS/);
  });

  it("oras: POST, PUT; and attaches to it", async () => {
    const name = `${repositoryOf("oras")}:1`;
    const into = await pulled();
    await run([built("oras"), "cp", "--to-plain-http", "--from-oci-layout", `${image.layout}:1`, name]);
    await run([built("oras"), "cp", "--from-plain-http", "--to-oci-layout", name, `${into}:1`]);
    expect(await readLayout(into)).toEqual(image.content);
    const cwd = await freshDirectory("attached");
    await writeFile(join(cwd, "note.txt"), "attached");
    const options = ["--plain-http", "--artifact-type=application/vnd.example.note"];
    await run([built("oras"), "attach", ...options, name, "note.txt"], { cwd });
    expect(await referrers(`${repositoryOf("oras")}@${image.content.digest}`)).toHaveLength(1);
  });

  it("regctl: POST, PUT", async () => {
    const name = `${repositoryOf("regctl")}:1`;
    const into = await pulled();
    const host = ["--host", `reg=${new URL(stack.client.url).host},tls=disabled`];
    await run([built("regctl"), ...host, "image", "copy", `ocidir://${image.layout}:1`, name]);
    await run([built("regctl"), ...host, "image", "copy", name, `ocidir://${into}:1`]);
    expect(await readLayout(into)).toEqual(image.content);
  });

  it.each([debian, built])("containerd, of Debian and the newest: POST, PUT", async (find) => {
    const containerd = await startContainerd({ containerd: find("containerd"), ctr: find("ctr") });
    const base = repositoryOf(find === debian ? "containerd-debian" : "containerd");
    const into = await pulled();
    try {
      const archive = join(await freshDirectory("archive"), "image.tar");
      await run(["tar", "-C", image.layout, "-cf", archive, "."]);
      const images = (...parameters: string[]): Promise<string> => containerd.ctr("images", ...parameters);
      await images("import", "--no-unpack", "--base-name", base, archive);
      await images("push", "--plain-http", `${base}:1`);
      await images("rm", "--sync", `${base}:1`);
      await images("pull", "--plain-http", `${base}:1`);
      await images("export", archive, `${base}:1`);
      await run(["tar", "-C", into, "-xf", archive]);
    } finally {
      await containerd.stop();
    }
    expect(await readLayout(into)).toEqual(image.content);
  });
});

describe("clients that unpack layers get back the same files", () => {
  const inner = (): readonly (readonly string[])[] => image.content.diffIds;

  it("podman: POST, PATCH without a length, PUT", async () => {
    const podman = await withOwnStorage("podman");
    const name = `${repositoryOf("podman")}:1`;
    const id = (await podman("pull", "--quiet", `oci:${image.layout}:1`)).trim();
    await podman("push", "--quiet", "--tls-verify=false", id, name);
    expect((await readPushed(name)).diffIds).toEqual(inner());
    await podman("rmi", "--all", "--force");
    expect((await podman("pull", "--quiet", "--tls-verify=false", name)).trim()).toBe(id);
  });

  it("buildah: POST, PATCH without a length, PUT", async () => {
    const buildah = await withOwnStorage("buildah");
    const name = `${repositoryOf("buildah")}:1`;
    const id = (await buildah("pull", "--quiet", `oci:${image.layout}:1`)).trim();
    await buildah("push", "--quiet", "--tls-verify=false", id, name);
    expect((await readPushed(name)).diffIds).toEqual(inner());
    await buildah("rmi", "--all", "--force");
    expect((await buildah("pull", "--quiet", "--tls-verify=false", name)).trim()).toBe(id);
  });

  it("docker: POST, PATCH without a length, PUT; and runs what it pulled", async () => {
    const engine = await startDockerEngine();
    const name = `${repositoryOf("docker")}:1`;
    try {
      const context = await freshDirectory("context");
      await cp("/bin/busybox", join(context, "busybox"));
      await randomFile(join(context, "random.bin"), LAYER);
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
      const sum = await engine.docker(
        "run",
        "--rm",
        "--network=none",
        name,
        "/bin/busybox",
        "wc",
        "-c",
        "/random.bin",
      );
      expect(sum.trim()).toBe(`${LAYER} /random.bin`);
    } finally {
      await engine.stop();
    }
  });
});

describe("helm", () => {
  it("gets back the chart that it pushed: POST, PUT", async () => {
    const directory = await freshDirectory("chart");
    const chart = join(directory, "pier");
    await mkdir(chart);
    await writeFile(join(chart, "Chart.yaml"), "apiVersion: v2\nname: pier\nversion: 1.0.0\n");
    await randomFile(join(chart, "large.bin"), LAYER);
    const helm = (...parameters: string[]): Promise<string> => run([built("helm"), ...parameters]);
    await helm("package", chart, "--destination", directory);
    const packed = join(directory, "pier-1.0.0.tgz");
    await helm("push", "--plain-http", packed, `oci://${repositoryOf("helm")}`);
    const into = await freshDirectory("pulled");
    await helm("pull", "--plain-http", `oci://${repositoryOf("helm")}/pier`, "--version=1.0.0", "-d", into);
    expect((await readFile(join(into, "pier-1.0.0.tgz"))).equals(await readFile(packed))).toBe(true);
  });
});

describe("cosign", () => {
  it("signs an image, and verifies the signature", async () => {
    const keys = await freshDirectory("keys");
    const env = { COSIGN_PASSWORD: "for tests" };
    const cosign = (...parameters: string[]): Promise<string> =>
      run([built("cosign"), ...parameters], { cwd: keys, env });
    await cosign("generate-key-pair");
    await run([built("crane"), "push", image.layout, `${repositoryOf("cosign")}:1`]);
    const name = `${repositoryOf("cosign")}@${image.content.digest}`;
    const offline = ["--allow-http-registry", "--use-signing-config=false", "--tlog-upload=false", "--yes"];
    await cosign("sign", ...offline, "--key=cosign.key", name);
    await cosign("verify", "--allow-http-registry", "--insecure-ignore-tlog", "--key=cosign.pub", name);
    expect(await referrers(name)).toHaveLength(1);
  });
});
