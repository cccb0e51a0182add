import { execFile } from "node:child_process";
import { inject } from "vitest";

export interface RunOptions {
  readonly cwd?: string;
  /** added to the environment of the run, see `clientEnvironment` */
  readonly env?: Readonly<Record<string, string>>;
}

const MAX_OUTPUT = 64 * 1024 * 1024;

/** Runs a command to its end and returns what it wrote to stdout. Rejects with its stderr where it fails. */
export function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const [file = "", ...parameters] = command;
  const settings = {
    cwd: options.cwd,
    env: { ...process.env, ...clientEnvironment(), ...options.env },
    maxBuffer: MAX_OUTPUT,
  };
  return new Promise((resolve, reject) => {
    const child = execFile(file, parameters, settings, (cause, stdout, stderr) => {
      if (cause === null) return resolve(stdout);
      reject(new Error(`${command.join(" ")}\nfailed: ${stderr || stdout || cause.message}`, { cause }));
    });
    child.stdin?.end();
  });
}

/** Like `run`, for a command that must fail; returns what it said. */
export async function runRefused(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const outcome = await run(command, options).then(
    (stdout) => ({ kind: "done", text: stdout }) as const,
    (error: Error) => ({ kind: "refused", text: error.message }) as const,
  );
  if (outcome.kind === "done")
    throw new Error(`${command.join(" ")}\nshould have been refused, but succeeded`);
  return outcome.text;
}

/**
 * Clients read and write settings and caches below the home folder: they get one of their own, so that a run neither
 * depends on the user's nor changes it.
 */
function clientEnvironment(): Record<string, string> {
  const home = inject("workshop");
  const xdg = { XDG_RUNTIME_DIR: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home };
  return { HOME: home, TMPDIR: home, ...xdg };
}
