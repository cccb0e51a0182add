import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { dirname, join } from "node:path";
import { isInstalled, RUNTIME_CLIENT, runtimeClientFolder, TOOLS } from "./runtime-client.ts";

/**
 * Installs what the gateway needs beside `npm run test:aws:install`: the Lambda runtime interface client. npm compiles
 * its native half, for about a minute, with g++, make, cmake and python3; it does so on Linux only.
 */

const CURE =
  "on Debian 12, as root: apt-get install g++ make cmake python3 autoconf automake libtool xz-utils";

async function install(): Promise<void> {
  if (isInstalled()) return;
  const name = `${RUNTIME_CLIENT.package}@${RUNTIME_CLIENT.version}`;
  console.log(`building ${name} (once)`);
  await mkdir(TOOLS, { recursive: true });
  const scratch = await mkdtemp(join(TOOLS, "install-"));
  try {
    await writeFile(join(scratch, "package.json"), '{"private":true}');
    await npm(["install", "--no-audit", "--no-fund", "--save-exact", name], scratch);
    await mkdir(dirname(runtimeClientFolder), { recursive: true });
    await rm(runtimeClientFolder, { recursive: true, force: true });
    await rename(scratch, runtimeClientFolder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Runs npm behind everything else on the machine. Rejects with what it said. */
function npm(parameters: readonly string[], cwd: string): Promise<void> {
  return new Promise((done, reject) => {
    const child = execFile("npm", parameters, { cwd, maxBuffer: 64 * 1024 * 1024 }, (cause, _, stderr) => {
      if (cause === null) return done();
      reject(new Error(`npm ${parameters.join(" ")} failed; ${CURE}\n${stderr.slice(-4000)}`, { cause }));
    });
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  });
}

await install();
