import { rm } from "node:fs/promises";
import { join } from "node:path";
import { skopeo, withOwnStorage } from "../../clients/support/containers-storage.ts";
import { startDockerEngine } from "../../clients/support/docker-engine.ts";
import { freshDirectory } from "../../clients/support/images.ts";
import { onStore, type Running } from "./client.ts";

/** A Docker Engine with its classic store, which sends a layer as one PATCH without a length. */
export async function startDocker(): Promise<Running> {
  const { docker, stop } = await startDockerEngine();
  const idOf = async (name: string): Promise<string> =>
    (await docker("image", "inspect", "--format={{.Id}}", name)).trim();
  return onStore({
    load: async ({ layout, tag }) => {
      const archive = join(await freshDirectory("archive"), "image.tar");
      await skopeo("copy", `oci:${layout}:${tag}`, `docker-archive:${archive}:loaded:${tag}`);
      await docker("load", "--quiet", "--input", archive);
      await rm(archive);
      return idOf(`loaded:${tag}`);
    },
    push: async (id, name) => {
      await docker("tag", id, name);
      await docker("push", "--quiet", name);
    },
    pull: async (name) => {
      await docker("pull", "--quiet", name);
      return idOf(name);
    },
    forgetAll: () => docker("system", "prune", "--all", "--force"),
    stop,
  });
}

export async function startStorageTool(name: "podman" | "buildah"): Promise<Running> {
  const tool = await withOwnStorage(name);
  const forgetAll = (): Promise<string> => tool("rmi", "--all", "--force");
  return onStore({
    load: async ({ layout, tag }) => (await tool("pull", "--quiet", `oci:${layout}:${tag}`)).trim(),
    push: (id, to) => tool("push", "--quiet", "--tls-verify=false", id, to),
    pull: async (from) => (await tool("pull", "--quiet", "--tls-verify=false", from)).trim(),
    forgetAll,
    stop: async () => void (await forgetAll()),
  });
}
