import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startContainerd } from "../../clients/support/containerd.ts";
import { skopeo } from "../../clients/support/containers-storage.ts";
import { freshDirectory } from "../../clients/support/images.ts";
import { run } from "../../clients/support/run.ts";
import { built } from "../../clients/support/tools.ts";
import { onLayouts, type Running } from "./client.ts";

const BERTH = fileURLToPath(new URL("../../../local/berth.ts", import.meta.url));

const crane = (...parameters: string[]): Promise<string> => run([built("crane"), ...parameters]);
const oras = (...parameters: string[]): Promise<string> => run([built("oras"), ...parameters]);

const pullWithCrane = (name: string, into: string): Promise<string> =>
  crane("pull", "--format=oci", name, into);

export const startCrane = async (): Promise<Running> =>
  onLayouts({ push: ({ layout }, name) => crane("push", layout, name), pull: pullWithCrane });

/** It has no pull of its own. */
export const startBerthPush = async (): Promise<Running> =>
  onLayouts({
    push: ({ layout }, name) => run([process.execPath, BERTH, "push", layout, name]),
    pull: pullWithCrane,
  });

export const startOras = async (): Promise<Running> =>
  onLayouts({
    push: ({ layout, tag }, name) =>
      oras("cp", "--to-plain-http", "--from-oci-layout", `${layout}:${tag}`, name),
    pull: (name, into) => oras("cp", "--from-plain-http", "--to-oci-layout", name, `${into}:pulled`),
  });

export const startSkopeo = async (): Promise<Running> =>
  onLayouts({
    push: ({ layout, tag }, name) =>
      skopeo(
        "copy",
        "--preserve-digests",
        "--dest-tls-verify=false",
        `oci:${layout}:${tag}`,
        `docker://${name}`,
      ),
    pull: (name, into) => skopeo("copy", "--src-tls-verify=false", `docker://${name}`, `oci:${into}:pulled`),
  });

/** With settings of its own; `options` of the host, as `regctl registry set` has them. */
export async function startRegctl(...options: string[]): Promise<Running> {
  const env = { REGCTL_CONFIG: join(await freshDirectory("regctl"), "config.json") };
  const regctl = (...parameters: string[]): Promise<string> => run([built("regctl"), ...parameters], { env });
  return onLayouts({
    load: (_, repository) =>
      regctl("registry", "set", hostOf(repository), "--tls=disabled", "--skip-check", ...options),
    push: ({ layout, tag }, name) => regctl("image", "copy", `ocidir://${layout}:${tag}`, name),
    pull: (name, into) => regctl("image", "copy", name, `ocidir://${into}:pulled`),
  });
}

const hostOf = (repository: string): string => repository.slice(0, repository.indexOf("/"));

/** ctr and its containerd: of Debian, or built. */
export async function startCtr(find: (name: string) => string): Promise<Running> {
  const containerd = await startContainerd({ containerd: find("containerd"), ctr: find("ctr") });
  const images = (...parameters: string[]): Promise<string> => containerd.ctr("images", ...parameters);
  return onLayouts({
    load: async ({ layout }, repository) => {
      const archive = join(await freshDirectory("archive"), "image.tar");
      await run(["tar", "-C", layout, "-cf", archive, "."]);
      await images("import", "--no-unpack", "--base-name", repository, archive);
      await rm(archive);
    },
    push: (_, name) => images("push", "--plain-http", name),
    pull: async (name, into) => {
      await images("rm", "--sync", name);
      await images("pull", "--plain-http", name);
      const archive = `${into}.tar`;
      await images("export", archive, name);
      await run(["tar", "-C", into, "-xf", archive]);
      await rm(archive);
    },
    forget: (name) => images("rm", "--sync", name),
    stop: containerd.stop,
  });
}
