import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../support/free-port.ts";
import { goTool } from "../../tools/go-tool.ts";
import { freshDirectory } from "./images.ts";

export interface Distribution {
  readonly host: string;
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** bcrypt of `s3cr3t`, for `me` */
const HTPASSWD = "me:$2a$04$IJhNu9qrl.0TJmNOHNzKCe3X9XvJ0akXvGMBglgREXCa49herKJhq\n";
export const LOGIN = { name: "me", secret: "s3cr3t" } as const;

/** How it asks for a login: not at all, by Basic, or as these lines of its settings say. */
export type Login = "none" | "basic" | { readonly auth: string };

/** distribution v3 on a free port, with a folder of its own. */
export async function startDistribution(login: Login): Promise<Distribution> {
  const binary = await goTool("registry");
  const folder = await freshDirectory("distribution");
  const port = await freePort();
  const [config, passwords] = [join(folder, "config.yml"), join(folder, "htpasswd")];
  await writeFile(passwords, HTPASSWD);
  await writeFile(
    config,
    `version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: ${join(folder, "data")} }, delete: { enabled: true } }
http: { addr: "127.0.0.1:${port}", secret: for tests }
${authOf(login, passwords)}`,
  );
  const env = { ...process.env, OTEL_TRACES_EXPORTER: "none" };
  const child = spawn(binary, ["serve", config], { env, stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  await answering(url, child);
  return {
    url,
    host: `127.0.0.1:${port}`,
    stop: async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

function authOf(login: Login, passwords: string): string {
  if (login === "none") return "";
  return login === "basic"
    ? `auth: { htpasswd: { realm: tests, path: ${passwords} } }`
    : `auth: ${login.auth}`;
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`distribution ended with ${child.exitCode}`);
    if (
      await fetch(`${url}/v2/`).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
