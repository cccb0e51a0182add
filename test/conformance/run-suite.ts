import { spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { join } from "node:path";

export interface SuiteCommand {
  readonly file: string;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a suite in `directory`, its output in `output.txt` there. The exit code says too little to be of use (0 beside
 * skips, and where the settings are wrong): callers read the reports. Settings of a suite that are in the caller's
 * environment do not count.
 */
export async function runSuite({ file, directory, env }: SuiteCommand): Promise<void> {
  const output = await open(join(directory, "output.txt"), "w");
  try {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("OCI_"));
    const child = spawn(file, [], {
      cwd: directory,
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ["ignore", output.fd, output.fd],
    });
    await once(child, "exit");
  } finally {
    await output.close();
  }
}

/** As both suites take them; nothing, where the URL has none. */
export const credentialsIn = ({ username, password }: URL): Readonly<Record<string, string>> =>
  username === ""
    ? {}
    : { OCI_USERNAME: decodeURIComponent(username), OCI_PASSWORD: decodeURIComponent(password) };
