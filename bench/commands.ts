import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** Where tools that are built for the checks are kept; not under version control. */
const TOOLS = resolve(import.meta.dirname, "..", ".tools", "bin");

/** The path of a program in `.tools/bin` or on PATH. */
export function findProgram(name: string): string | undefined {
  const folders = [TOOLS, ...(process.env["PATH"] ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

export function program(name: string, cure: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is neither in .tools/bin nor on PATH: ${cure}`);
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a command to its end and returns what it wrote to stdout. Rejects with its stderr where it fails. */
export async function run(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const [file = "", ...parameters] = command;
  const child = spawn(file, parameters, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((settle, reject) => child.once("error", reject).once("close", settle)),
  ]);
  if (code === 0) return stdout;
  throw new Error(`${command.join(" ")}\nended with ${code}: ${stderr || stdout}`);
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
