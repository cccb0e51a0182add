import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Caller } from "./callers.ts";
import { startContainerd } from "./containerd.ts";
import { skopeo } from "./containers-storage.ts";
import { dockerConfig } from "./docker-config.ts";
import { freshDirectory, type TestImage } from "./images.ts";
import type { LoginClient, Session } from "./login-client.ts";
import { readLayout } from "./repository.ts";
import { run } from "./run.ts";
import { built } from "./tools.ts";

interface LayoutCommands {
  readonly push: (image: TestImage, name: string) => Promise<unknown>;
  /** into the layout in that folder */
  readonly pull: (name: string, into: string) => Promise<unknown>;
}

/** Of a client that pushes images byte by byte as they are, and pulls them into OCI layouts: every byte is looked at. */
const onLayouts = ({ push, pull }: LayoutCommands): Session => ({
  push: async (image, name) => {
    await push(image, name);
    return image.content.digest;
  },
  pull: async (name) => {
    const into = await freshDirectory("pulled");
    await pull(name, into);
    return (await readLayout(into)).digest;
  },
});

const nothing = async (): Promise<void> => {};

export async function startCrane(): Promise<LoginClient> {
  const use = async (host: string, caller: Caller): Promise<Session> => {
    const env = { DOCKER_CONFIG: (await dockerConfig(host, caller)).folder };
    const crane = (...parameters: string[]) => run([built("crane"), ...parameters], { env });
    if (caller.kind === "login")
      await crane("auth", "login", host, "--username", caller.name, "--password", caller.secret);
    return onLayouts({
      push: ({ layout }, to) => crane("push", layout, to),
      pull: (from, into) => crane("pull", "--format=oci", from, into),
    });
  };
  return { use, stop: nothing };
}

export async function startSkopeo(): Promise<LoginClient> {
  const use = async (host: string, caller: Caller): Promise<Session> => {
    const file = `--authfile=${(await dockerConfig(host, caller)).file}`;
    if (caller.kind === "login") {
      const who = ["--username", caller.name, "--password", caller.secret];
      await skopeo("login", "--tls-verify=false", file, ...who, host);
    }
    const copy = (...parameters: string[]) => skopeo("copy", "--preserve-digests", file, ...parameters);
    return onLayouts({
      push: ({ layout, tag }, to) =>
        copy("--dest-tls-verify=false", `oci:${layout}:${tag}`, `docker://${to}`),
      pull: (from, into) => copy("--src-tls-verify=false", `docker://${from}`, `oci:${into}:1`),
    });
  };
  return { use, stop: nothing };
}

export async function startOras(): Promise<LoginClient> {
  const oras = (...parameters: string[]) => run([built("oras"), ...parameters]);
  const use = async (host: string, caller: Caller): Promise<Session> => {
    const { file } = await dockerConfig(host, caller);
    if (caller.kind === "login") {
      const who = ["--username", caller.name, "--password", caller.secret];
      await oras("login", "--plain-http", `--registry-config=${file}`, ...who, host);
    }
    const [to, from] = ["to", "from"].map((end) => [
      `--${end}-plain-http`,
      `--${end}-registry-config=${file}`,
    ]);
    return onLayouts({
      push: ({ layout, tag }, name) =>
        oras("cp", ...(to ?? []), "--from-oci-layout", `${layout}:${tag}`, name),
      pull: (name, into) => oras("cp", ...(from ?? []), "--to-oci-layout", name, `${into}:pulled`),
    });
  };
  return { use, stop: nothing };
}

export async function startRegctl(): Promise<LoginClient> {
  const use = async (host: string, caller: Caller): Promise<Session> => {
    const env = { REGCTL_CONFIG: join(await freshDirectory("regctl"), "config.json") };
    const regctl = (...parameters: string[]) => run([built("regctl"), ...parameters], { env });
    const helper = caller.kind === "helper" ? ["--cred-helper=docker-credential-berth"] : [];
    await regctl("registry", "set", "--tls=disabled", "--skip-check", ...helper, host);
    if (caller.kind === "login")
      await regctl("registry", "login", host, "--user", caller.name, "--pass", caller.secret);
    return onLayouts({
      push: ({ layout, tag }, to) => regctl("image", "copy", `ocidir://${layout}:${tag}`, to),
      pull: (from, into) => regctl("image", "copy", from, `ocidir://${into}:pulled`),
    });
  };
  return { use, stop: nothing };
}

/** It has no login, and takes credentials with each command. */
export async function startCtr(find: (name: string) => string): Promise<LoginClient> {
  const { ctr, stop } = await startContainerd({ containerd: find("containerd"), ctr: find("ctr") });
  const images = (...parameters: string[]): Promise<string> => ctr("images", ...parameters);
  const use = async (host: string, caller: Caller): Promise<Session> => {
    const user = await userOf(host, caller);
    return onLayouts({
      push: async ({ layout, tag }, to) => {
        const archive = join(await freshDirectory("archive"), "image.tar");
        await run(["tar", "-C", layout, "-cf", archive, "."]);
        const base = to.slice(0, to.lastIndexOf(":"));
        await images("import", "--all-platforms", "--no-unpack", "--base-name", base, archive);
        await rm(archive);
        await images("tag", "--force", `${base}:${tag}`, to);
        return images("push", "--plain-http", ...user, to);
      },
      pull: async (from, into) => {
        await images("rm", "--sync", ...(await images("ls", "--quiet")).trim().split("\n"));
        await images("pull", "--plain-http", ...user, from);
        const archive = `${into}.tar`;
        await images("export", archive, from);
        await run(["tar", "-C", into, "-xf", archive]);
        await rm(archive);
      },
    });
  };
  return { use, stop };
}

/** What nobody asks the helper for, its user does by hand. */
async function userOf(host: string, caller: Caller): Promise<readonly string[]> {
  if (caller.kind === "nobody") return [];
  if (caller.kind === "login") return ["--user", `${caller.name}:${caller.secret}`];
  const said = await run(["sh", "-c", 'echo "$0" | docker-credential-berth get', host]);
  const { Username, Secret } = JSON.parse(said) as { readonly Username: string; readonly Secret: string };
  return ["--user", `${Username}:${Secret}`];
}
