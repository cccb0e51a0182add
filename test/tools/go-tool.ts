import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { join, resolve } from "node:path";
import { GO_TOOLS, type GoTool, type GoToolName } from "./versions.ts";

const TOOLS = resolve(import.meta.dirname, "..", "..", ".tools");
const BIN = join(TOOLS, "bin");
const SMALL = ["-trimpath", "-ldflags=-s -w"] as const;
const OLDEST_GO = { major: 1, minor: 26 } as const;

/**
 * The path of a Go tool in `.tools/bin`, built on first use and again when its pinned version changes.
 * Rejects where Go is missing or too old, and with Go's own words where the build fails.
 */
export async function goTool(name: GoToolName): Promise<string> {
  const path = join(BIN, name);
  const wanted = describe(GO_TOOLS[name]);
  if ((await builtVersion(name)) !== wanted) {
    await requireGo();
    console.log(`building ${wanted} (once)`);
    await build(name, path);
    await writeFile(stamp(name), wanted);
  }
  return path;
}

const moduleAt = ({ package: path, version }: GoTool): string => `${path}@${version}`;
const describe = (tool: GoTool): string => [moduleAt(tool), ...(tool.buildTags ?? [])].join(" ");
const stamp = (name: GoToolName): string => join(BIN, `.${name}.version`);

async function builtVersion(name: GoToolName): Promise<string | undefined> {
  if (!existsSync(join(BIN, name)) || !existsSync(stamp(name))) return undefined;
  return readFile(stamp(name), "utf8");
}

/** Builds beside the target and moves the binary there when it is whole, so that a build cut short leaves nothing. */
async function build(name: GoToolName, path: string): Promise<void> {
  await mkdir(BIN, { recursive: true });
  const directory = await mkdtemp(join(TOOLS, "build-"));
  try {
    const tool: GoTool = GO_TOOLS[name];
    if (tool.isTests === true) await compileTests(tool, directory, name);
    else await install(tool, directory);
    await rename(join(directory, name), path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function install(tool: GoTool, directory: string): Promise<void> {
  const flags = [...SMALL, `-tags=${(tool.buildTags ?? []).join(",")}`];
  await go(["install", ...flags, moduleAt(tool)], { env: { GOBIN: directory, CGO_ENABLED: "0" } });
}

/** `go install` builds no tests: a throwaway module requires theirs, and they are compiled from there. */
async function compileTests(tool: GoTool, directory: string, name: string): Promise<void> {
  const inModule = { cwd: directory, env: { CGO_ENABLED: "0" } };
  await go(["mod", "init", "berth.test/suite"], inModule);
  await go(["get", "-t", moduleAt(tool)], inModule);
  await go(["test", "-c", ...SMALL, "-o", name, tool.package], inModule);
}

async function requireGo(): Promise<void> {
  const version = await go(["env", "GOVERSION"]);
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  const isOld = Number(major) === OLDEST_GO.major && Number(minor) < OLDEST_GO.minor;
  if (isOld) throw new Error(`${version.trim()} is too old: ${HOW_TO_INSTALL}`);
}

const HOW_TO_INSTALL = `install Go ${OLDEST_GO.major}.${OLDEST_GO.minor} or newer (https://go.dev/doc/install) and see that \`go version\` answers in this shell`;

/** The Go module proxy does not serve a module here: a fact of this machine, which no second try changes. */
export class ModuleRefused extends Error {}
const REFUSAL = /\b(403 Forbidden|404 Not Found|410 Gone)\b/;

interface Place {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/**
 * Runs the go command, behind everything else on the machine, and answers what it wrote to stdout. Rejects with
 * ModuleRefused where the proxy does not serve what it asks for.
 */
async function go(parameters: readonly string[], { env = {}, cwd = TOOLS }: Place = {}): Promise<string> {
  await mkdir(TOOLS, { recursive: true });
  return new Promise((answer, reject) => {
    const settings = { env: { ...process.env, ...env }, cwd };
    const child = execFile("go", [...parameters], settings, (cause, stdout, stderr) => {
      if (cause === null) return answer(stdout);
      if (cause.code === "ENOENT") return reject(new Error(`Go is missing: ${HOW_TO_INSTALL}`));
      const text = `go ${parameters.join(" ")} failed:\n${stderr}`;
      reject(REFUSAL.test(stderr) ? new ModuleRefused(text, { cause }) : new Error(text, { cause }));
    });
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  });
}
