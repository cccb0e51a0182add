import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { goTool } from "./go-tool.ts";
import { CLIENTS, COMPANION_PACKAGES, COMPANION_TOOLS, ESBUILD, ESBUILD_PLATFORMS } from "./versions.ts";

/**
 * Installs what `npm run test:clients` needs and the machine lacks: Debian's packages (as root), the clients that are
 * built as Go modules, and esbuild's binaries of four platforms, of which the test images are made.
 */

const run = promisify(execFile);
const TOOLS = resolve(import.meta.dirname, "..", "..", ".tools");

async function installPackages(names: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const name of names) if (!(await isInstalled(name))) missing.push(name);
  if (missing.length === 0) return;
  console.log(`installing ${missing.join(", ")} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const cure = `run as root on Debian 12, or install these packages yourself: ${missing.join(" ")}`;
  try {
    await run("apt-get", ["update"], { env });
    await run("apt-get", ["install", "--yes", "--no-install-recommends", ...missing], { env });
  } catch (cause) {
    throw new Error(cure, { cause });
  }
}

async function isInstalled(name: string): Promise<boolean> {
  const status = await run("dpkg-query", ["--show", "--showformat=${db:Status-Status}", name]).catch(
    () => undefined,
  );
  return status?.stdout === "installed";
}

/** `npm pack` fetches a package of another platform, which `npm install` would refuse. */
async function fetchEsbuild(platform: string): Promise<void> {
  const directory = join(TOOLS, "esbuild", ESBUILD, platform);
  if (existsSync(join(directory, "package", "bin", "esbuild"))) return;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const name = `@esbuild/${platform}@${ESBUILD}`;
  console.log(`fetching ${name}`);
  const { stdout } = await run("npm", ["pack", "--silent", name], { cwd: directory });
  await run("tar", ["-xzf", stdout.trim()], { cwd: directory });
  await rm(join(directory, stdout.trim()));
}

const origins = Object.values(CLIENTS);
const packages = origins.flatMap((origin) => (origin.kind === "debian" ? [origin.package] : []));
const tools = origins.flatMap((origin) => (origin.kind === "go" ? [origin.tool] : []));

await installPackages([...packages, ...COMPANION_PACKAGES]);
for (const platform of ESBUILD_PLATFORMS) await fetchEsbuild(platform);
for (const name of [...tools, ...COMPANION_TOOLS]) await goTool(name);
