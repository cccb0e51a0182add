import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { startDaemon } from "./daemon.ts";
import { freshDirectory } from "./images.ts";
import { run } from "./run.ts";
import { debian } from "./tools.ts";

export interface DockerEngine {
  readonly docker: (...parameters: string[]) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** A Docker Engine of its own: no bridge, no firewall rules, its socket and data in a folder of the run. */
export async function startDockerEngine(): Promise<DockerEngine> {
  const home = await freshDirectory("docker");
  const socket = `unix://${join(home, "docker.sock")}`;
  const docker = (...parameters: string[]) => run([debian("docker"), "--host", socket, ...parameters]);
  const quiet = ["--iptables=false", "--ip6tables=false", "--bridge=none", "--log-level=warn"];
  const places = [
    "--data-root",
    join(home, "data"),
    "--exec-root",
    join(home, "exec"),
    "--pidfile",
    join(home, "pid"),
  ];
  const daemon = await startDaemon([debian("dockerd"), ...quiet, ...places, "--host", socket], () =>
    docker("version"),
  );
  return {
    docker,
    stop: async () => {
      await daemon.stop();
      const namespace = join(home, "exec", "netns", "default");
      if (existsSync(namespace)) await run(["umount", namespace]);
      await rm(home, { recursive: true });
    },
  };
}
