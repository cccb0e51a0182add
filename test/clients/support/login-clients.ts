import type { LoginClient } from "./login-client.ts";
import { startHelm } from "./login-helm.ts";
import { startCrane, startCtr, startOras, startRegctl, startSkopeo } from "./login-layout-clients.ts";
import { startDocker, startStorageTool } from "./login-store-clients.ts";
import { built, debian } from "./tools.ts";

/** The clients that log in, by the names that docs/logins.md has for them. */
export const LOGIN_CLIENTS = {
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
} as const satisfies Record<string, () => Promise<LoginClient>>;

export type LoginClientName = keyof typeof LOGIN_CLIENTS;

export const LOGIN_CLIENT_NAMES = Object.keys(LOGIN_CLIENTS) as LoginClientName[];
