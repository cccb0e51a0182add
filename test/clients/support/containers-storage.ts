import { join } from "node:path";
import { freshDirectory } from "./images.ts";
import { run } from "./run.ts";
import { debian } from "./tools.ts";

/** Runs podman, buildah or skopeo; returns what it wrote. */
export type StorageTool = (...parameters: string[]) => Promise<string>;

/** podman and buildah on an image store of their own, which needs neither a daemon nor a kernel module. */
export async function withOwnStorage(name: "podman" | "buildah"): Promise<StorageTool> {
  const home = await freshDirectory(name);
  const cache = await freshDirectory(`${name}-cache`);
  const storage = ["--root", join(home, "root"), "--runroot", join(home, "run"), "--storage-driver=vfs"];
  return (...parameters) => run(withCache(cache, [debian(name), ...storage, ...parameters]));
}

export async function skopeo(...parameters: string[]): Promise<string> {
  return run(withCache(await freshDirectory("skopeo-cache"), [debian("skopeo"), ...parameters]));
}

const CACHE = "/var/lib/containers/cache";

/**
 * What they remember of layers (which compressed forms it has, in which repository of which host and port) lies in one
 * place of the machine that no setting moves for root. A run that believes what an earlier one wrote there links zstd
 * layers under gzip's media type: each gets a place of its own, seen in its own mount namespace only.
 */
function withCache(folder: string, command: readonly string[]): string[] {
  const script = `mkdir -p ${CACHE} && mount --bind "$0" ${CACHE} && exec "$@"`;
  return ["unshare", "--mount", "sh", "-c", script, folder, ...command];
}
