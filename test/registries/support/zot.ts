import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HTPASSWD, type Login } from "./logins.ts";
import { type OtherRegistry, type RunningRegistry, startProgram } from "./program.ts";
import { NO_ZOT, ZOT_VARIABLE } from "./zot-here.ts";

/** zot, with its image layouts on the disk. Does not start where nobody has named its program. */
export const ZOT: OtherRegistry = {
  name: "zot",
  start: startZot,
  logins: ["basic", "bearer"],
  differences: ["blobs are everywhere", "missing blobs make a manifest invalid"],
};

async function startZot(login: Login): Promise<RunningRegistry> {
  const program = process.env[ZOT_VARIABLE];
  if (program === undefined) throw new Error(NO_ZOT);
  return startProgram(async ({ folder, port }) => {
    const [config, passwords] = [join(folder, "config.json"), join(folder, "htpasswd")];
    await writeFile(passwords, HTPASSWD);
    const settings = {
      distSpecVersion: "1.1.1",
      storage: { rootDirectory: join(folder, "data") },
      http: { address: "127.0.0.1", port: String(port), ...authOf(login, passwords) },
      log: { level: "error" },
    };
    await writeFile(config, JSON.stringify(settings));
    return [program, "serve", config];
  });
}

function authOf(login: Login, passwords: string): object {
  if (login === "none") return {};
  if (login === "basic") return { auth: { htpasswd: { path: passwords } } };
  const { realm, service, keys } = login;
  return { auth: { bearer: { realm, service, cert: keys.pem } } };
}
