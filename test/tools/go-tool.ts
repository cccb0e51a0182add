import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { join, resolve } from "node:path";
import { GO_TOOLS, type GoTool, type GoToolName } from "./versions.ts";

const TOOLS = resolve(import.meta.dirname, "..", "..", ".tools");
const BIN = join(TOOLS, "bin");
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

const describe = ({ buildTags = [], ...tool }: GoTool): string =>
  [`${tool.package}@${tool.version}`, ...buildTags].join(" ");
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
    const { buildTags = [], ...tool }: GoTool = GO_TOOLS[name];
    const flags = ["-trimpath", "-ldflags=-s -w", `-tags=${buildTags.join(",")}`];
    await go(["install", ...flags, `${tool.package}@${tool.version}`], { GOBIN: directory, CGO_ENABLED: "0" });
    await rename(join(directory, name), path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function requireGo(): Promise<void> {
  const version = await go(["env", "GOVERSION"], {});
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  const isOld = Number(major) === OLDEST_GO.major && Number(minor) < OLDEST_GO.minor;
  if (isOld) throw new Error(`${version.trim()} is too old: ${HOW_TO_INSTALL}`);
}

const HOW_TO_INSTALL = `install Go ${OLDEST_GO.major}.${OLDEST_GO.minor} or newer (https://go.dev/doc/install) and see that \`go version\` answers in this shell`;

/** Runs the go command, behind everything else on the machine, and answers what it wrote to stdout. */
async function go(parameters: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  await mkdir(TOOLS, { recursive: true });
  const settings = { env: { ...process.env, ...env }, cwd: TOOLS };
  return new Promise((answer, reject) => {
    const child = execFile("go", [...parameters], settings, (cause, stdout, stderr) => {
      if (cause === null) return answer(stdout);
      if (cause.code === "ENOENT") return reject(new Error(`Go is missing: ${HOW_TO_INSTALL}`));
      reject(new Error(`go ${parameters.join(" ")} failed:\n${stderr}`, { cause }));
    });
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  });
}
