import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startContainerd } from "./containerd.ts";
import { skopeo, withOwnStorage } from "./containers-storage.ts";
import { startDockerEngine } from "./docker-engine.ts";
import type { Login } from "./guarded.ts";
import { freshDirectory, type TestImage } from "./images.ts";
import { run } from "./run.ts";
import { built, debian } from "./tools.ts";

/** A client in the hands of somebody; each rejects with the client's own words. */
export interface Session {
  readonly push: (image: TestImage, name: string) => Promise<unknown>;
  readonly pull: (name: string) => Promise<unknown>;
}
export interface LoginClient {
  /** Logs in, with nothing left of who was there before. */
  readonly login: (host: string, login: Login) => Promise<Session>;
  readonly stop: () => Promise<void>;
}

const nothing = async (): Promise<void> => {};

async function startCrane(): Promise<LoginClient> {
  return {
    login: async (host, { name, secret }) => {
      const env = { DOCKER_CONFIG: await freshDirectory("crane") };
      const crane = (...parameters: string[]) => run([built("crane"), ...parameters], { env });
      await crane("auth", "login", host, "--username", name, "--password", secret);
      return {
        push: ({ layout }, to) => crane("push", layout, to),
        pull: async (from) => crane("pull", "--format=oci", from, await freshDirectory("pulled")),
      };
    },
    stop: nothing,
  };
}

async function startSkopeo(): Promise<LoginClient> {
  return {
    login: async (host, { name, secret }) => {
      const file = `--authfile=${join(await freshDirectory("skopeo"), "auth.json")}`;
      await skopeo("login", "--tls-verify=false", file, "--username", name, "--password", secret, host);
      return {
        push: ({ layout, tag }, to) =>
          skopeo("copy", file, "--dest-tls-verify=false", `oci:${layout}:${tag}`, `docker://${to}`),
        pull: async (from) => {
          const into = await freshDirectory("pulled");
          return skopeo("copy", file, "--src-tls-verify=false", `docker://${from}`, `oci:${into}:1`);
        },
      };
    },
    stop: nothing,
  };
}

async function startStorageTool(tool: "podman" | "buildah"): Promise<LoginClient> {
  const command = await withOwnStorage(tool);
  return {
    login: async (host, { name, secret }) => {
      const options = [
        "--tls-verify=false",
        `--authfile=${join(await freshDirectory(tool), "auth.json")}`,
      ] as const;
      await command("login", ...options, "--username", name, "--password", secret, host);
      return {
        push: async ({ layout, tag }, to) => {
          const id = (await command("pull", "--quiet", `oci:${layout}:${tag}`)).trim();
          return command("push", "--quiet", ...options, id, to);
        },
        pull: async (from) => {
          await command("rmi", "--all", "--force");
          return command("pull", "--quiet", ...options, from);
        },
      };
    },
    stop: nothing,
  };
}

async function startOras(): Promise<LoginClient> {
  return {
    login: async (host, { name, secret }) => {
      const file = join(await freshDirectory("oras"), "config.json");
      const oras = (...parameters: string[]) => run([built("oras"), ...parameters]);
      const login = ["login", "--plain-http", `--registry-config=${file}`];
      await oras(...login, "--username", name, "--password", secret, host);
      return {
        push: ({ layout, tag }, to) =>
          oras(
            "cp",
            "--to-plain-http",
            `--to-registry-config=${file}`,
            "--from-oci-layout",
            `${layout}:${tag}`,
            to,
          ),
        pull: async (from) => {
          const into = await freshDirectory("pulled");
          return oras(
            "cp",
            "--from-plain-http",
            `--from-registry-config=${file}`,
            "--to-oci-layout",
            from,
            `${into}:pulled`,
          );
        },
      };
    },
    stop: nothing,
  };
}

async function startRegctl(): Promise<LoginClient> {
  return {
    login: async (host, { name, secret }) => {
      const env = { REGCTL_CONFIG: join(await freshDirectory("regctl"), "config.json") };
      const regctl = (...parameters: string[]) => run([built("regctl"), ...parameters], { env });
      await regctl("registry", "set", "--tls=disabled", "--skip-check", host);
      await regctl("registry", "login", host, "--user", name, "--pass", secret);
      return {
        push: ({ layout, tag }, to) => regctl("image", "copy", `ocidir://${layout}:${tag}`, to),
        pull: async (from) =>
          regctl("image", "copy", from, `ocidir://${await freshDirectory("pulled")}:pulled`),
      };
    },
    stop: nothing,
  };
}

/** It pushes charts: one, in the place of the image. */
async function startHelm(): Promise<LoginClient> {
  const charts = await freshDirectory("charts");
  await mkdir(join(charts, "pier"));
  await writeFile(join(charts, "pier", "Chart.yaml"), "apiVersion: v2\nname: pier\nversion: 1.0.0\n");
  await run([built("helm"), "package", join(charts, "pier"), "--destination", charts]);
  return {
    login: async (host, { name, secret }) => {
      const env = { HELM_REGISTRY_CONFIG: join(await freshDirectory("helm"), "config.json") };
      const helm = (...parameters: string[]) => run([built("helm"), ...parameters], { env });
      await helm("registry", "login", "--plain-http", host, "--username", name, "--password", secret);
      const inCharts = (named: string): string => `oci://${named.slice(0, named.lastIndexOf(":"))}`;
      return {
        push: (_image, to) => helm("push", "--plain-http", join(charts, "pier-1.0.0.tgz"), inCharts(to)),
        pull: async (from) => {
          const into = await freshDirectory("pulled");
          return helm("pull", "--plain-http", `${inCharts(from)}/pier`, "--version=1.0.0", "-d", into);
        },
      };
    },
    stop: nothing,
  };
}

/** It has no login, and takes credentials with each command. */
async function startCtr(find: (name: string) => string): Promise<LoginClient> {
  const { ctr, stop } = await startContainerd({ containerd: find("containerd"), ctr: find("ctr") });
  const images = (...parameters: string[]): Promise<string> => ctr("images", ...parameters);
  return {
    login: async (_host, { name, secret }) => ({
      push: async ({ layout, tag }, to) => {
        const archive = join(await freshDirectory("archive"), "image.tar");
        await run(["tar", "-C", layout, "-cf", archive, "."]);
        const base = to.slice(0, to.lastIndexOf(":"));
        await images("import", "--all-platforms", "--no-unpack", "--base-name", base, archive);
        await rm(archive);
        await images("tag", "--force", `${base}:${tag}`, to);
        return images("push", "--plain-http", "--user", `${name}:${secret}`, to);
      },
      pull: async (from) => {
        await images("rm", "--sync", ...(await images("ls", "--quiet")).trim().split("\n"));
        return images("pull", "--plain-http", "--user", `${name}:${secret}`, from);
      },
    }),
    stop,
  };
}

async function startDocker(): Promise<LoginClient> {
  const { docker, stop } = await startDockerEngine();
  return {
    login: async (host, { name, secret }) => {
      const config = `--config=${await freshDirectory("docker-config")}`;
      await docker(config, "login", "--username", name, "--password", secret, host);
      return {
        push: async ({ layout, tag }, to) => {
          const archive = join(await freshDirectory("archive"), "image.tar");
          await skopeo("copy", `oci:${layout}:${tag}`, `docker-archive:${archive}:loaded:${tag}`);
          await docker("load", "--quiet", "--input", archive);
          await docker("tag", `loaded:${tag}`, to);
          return docker(config, "push", "--quiet", to);
        },
        pull: async (from) => {
          await docker("system", "prune", "--all", "--force");
          return docker(config, "pull", "--quiet", from);
        },
      };
    },
    stop,
  };
}

export const LOGIN_CLIENTS: Readonly<Record<string, () => Promise<LoginClient>>> = {
  docker: startDocker,
  podman: () => startStorageTool("podman"),
  buildah: () => startStorageTool("buildah"),
  skopeo: startSkopeo,
  crane: startCrane,
  "ctr (Debian)": () => startCtr(debian),
  ctr: () => startCtr(built),
  regctl: startRegctl,
  oras: startOras,
  helm: startHelm,
};
