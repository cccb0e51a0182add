import { join } from "node:path";
import { freshDirectory } from "./images.ts";
import { run } from "./run.ts";
import { debian } from "./tools.ts";

/** Runs podman or buildah on an image store of its own, which needs neither a daemon nor a kernel module. */
export type StorageTool = (...parameters: string[]) => Promise<string>;

export async function withOwnStorage(name: "podman" | "buildah"): Promise<StorageTool> {
  const home = await freshDirectory(name);
  const storage = ["--root", join(home, "root"), "--runroot", join(home, "run"), "--storage-driver=vfs"];
  return (...parameters) => run([debian(name), ...storage, ...parameters]);
}
