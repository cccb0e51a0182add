import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { goTool } from "../../tools/go-tool.ts";
import { HTPASSWD, type Login } from "./logins.ts";
import { type OtherRegistry, type RunningRegistry, startProgram } from "./program.ts";

/** distribution v3, with its file system driver. */
export const DISTRIBUTION: OtherRegistry = {
  name: "distribution",
  start: (login) => startDistribution(login),
  logins: ["basic", "bearer"],
  differences: [],
};

const startDistribution = (login: Login): Promise<RunningRegistry> =>
  startProgram(async ({ folder, port }) => {
    const program = await goTool("registry");
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
    return ["env", "OTEL_TRACES_EXPORTER=none", program, "serve", config];
  });

function authOf(login: Login, passwords: string): string {
  if (login === "none") return "";
  if (login === "basic") return `auth: { htpasswd: { realm: tests, path: ${passwords} } }`;
  const { realm, service, issuer, keys } = login;
  return `auth: { token: { realm: "${realm}", service: ${service}, issuer: ${issuer}, jwks: ${keys.jwks} } }`;
}
