import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Caller } from "./callers.ts";
import { fileDigest } from "./content.ts";
import { dockerConfig } from "./docker-config.ts";
import { freshDirectory } from "./images.ts";
import type { LoginClient, Session } from "./login-client.ts";
import { run } from "./run.ts";
import { built } from "./tools.ts";

const CHART = "pier-1.0.0.tgz";

/** It pushes charts: one, in the place of the image. */
export async function startHelm(): Promise<LoginClient> {
  const charts = await freshDirectory("charts");
  await mkdir(join(charts, "pier"));
  await writeFile(join(charts, "pier", "Chart.yaml"), "apiVersion: v2\nname: pier\nversion: 1.0.0\n");
  await run([built("helm"), "package", join(charts, "pier"), "--destination", charts]);
  const inCharts = (named: string): string => `oci://${named.slice(0, named.lastIndexOf(":"))}`;
  const use = async (host: string, caller: Caller): Promise<Session> => {
    const env = { HELM_REGISTRY_CONFIG: (await dockerConfig(host, caller)).file };
    const helm = (...parameters: string[]) => run([built("helm"), ...parameters], { env });
    if (caller.kind === "login") {
      const who = ["--username", caller.name, "--password", caller.secret];
      await helm("registry", "login", "--plain-http", host, ...who);
    }
    return {
      push: async (_image, to) => {
        await helm("push", "--plain-http", join(charts, CHART), inCharts(to));
        return fileDigest(join(charts, CHART));
      },
      pull: async (from) => {
        const into = await freshDirectory("pulled");
        await helm("pull", "--plain-http", `${inCharts(from)}/pier`, "--version=1.0.0", "-d", into);
        return fileDigest(join(into, CHART));
      },
    };
  };
  return { use, stop: async () => {} };
}
