import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startDaemon } from "./daemon.ts";
import { freshDirectory } from "./images.ts";
import { run } from "./run.ts";

export interface ContainerdBinaries {
  readonly containerd: string;
  readonly ctr: string;
}

export interface Containerd {
  readonly ctr: (...parameters: string[]) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** A containerd of its own, without Kubernetes, its socket and data in a folder of the run. */
export async function startContainerd({ containerd, ctr }: ContainerdBinaries): Promise<Containerd> {
  const home = await freshDirectory("containerd");
  const address = join(home, "containerd.sock");
  const settings = `version = 2
root = "${join(home, "data")}"
state = "${join(home, "state")}"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "${address}"
[ttrpc]
  address = "${address}.ttrpc"
`;
  await writeFile(join(home, "config.toml"), settings);
  const inside = (...parameters: string[]) => run([ctr, "--address", address, ...parameters]);
  const command = [containerd, "--config", join(home, "config.toml"), "--log-level", "warn"];
  const daemon = await startDaemon(command, () => inside("version"));
  return {
    ctr: inside,
    stop: async () => {
      await daemon.stop();
      await rm(home, { recursive: true });
    },
  };
}
