import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Caller } from "./callers.ts";
import { skopeo, withOwnStorage } from "./containers-storage.ts";
import { dockerConfig } from "./docker-config.ts";
import { startDockerEngine } from "./docker-engine.ts";
import { freshDirectory } from "./images.ts";
import type { LoginClient, Session } from "./login-client.ts";

/**
 * Clients that unpack images into a store: they know one by the digest of its config, which names what is inside the
 * layers, since they compress these anew.
 */

export async function startStorageTool(tool: "podman" | "buildah"): Promise<LoginClient> {
  const command = await withOwnStorage(tool);
  const use = async (host: string, caller: Caller): Promise<Session> => {
    const { file } = await dockerConfig(host, caller);
    const options = ["--tls-verify=false", `--authfile=${file}`];
    if (caller.kind === "login")
      await command("login", ...options, "--username", caller.name, "--password", caller.secret, host);
    return {
      push: async ({ layout, tag }, to) => {
        const id = (await command("pull", "--quiet", `oci:${layout}:${tag}`)).trim();
        await command("push", "--quiet", ...options, id, to);
        return id;
      },
      pull: async (from) => {
        await command("rmi", "--all", "--force");
        return (await command("pull", "--quiet", ...options, from)).trim();
      },
    };
  };
  return { use, stop: async () => {} };
}

export async function startDocker(): Promise<LoginClient> {
  const { docker, stop } = await startDockerEngine();
  const idOf = async (name: string): Promise<string> =>
    (await docker("image", "inspect", "--format={{.Id}}", name)).trim();
  const use = async (host: string, caller: Caller): Promise<Session> => {
    const config = `--config=${(await dockerConfig(host, caller)).folder}`;
    if (caller.kind === "login")
      await docker(config, "login", "--username", caller.name, "--password", caller.secret, host);
    return {
      push: async ({ layout, tag }, to) => {
        const archive = join(await freshDirectory("archive"), "image.tar");
        await skopeo("copy", `oci:${layout}:${tag}`, `docker-archive:${archive}:loaded:${tag}`);
        await docker("load", "--quiet", "--input", archive);
        await rm(archive);
        await docker("tag", `loaded:${tag}`, to);
        await docker(config, "push", "--quiet", to);
        return idOf(to);
      },
      pull: async (from) => {
        await docker("system", "prune", "--all", "--force");
        await docker(config, "pull", "--quiet", from);
        return idOf(from);
      },
    };
  };
  return { use, stop };
}
