import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface RegistryUnderTest {
  readonly url: URL;
  readonly stop: () => Promise<void>;
}

const PROGRAM = resolve(import.meta.dirname, "..", "..", "local", "berth.ts");
const START_MILLISECONDS = 30_000;
const STOP_MILLISECONDS = 20_000;

/** Starts Berth as a user would, on a free port with a fresh data folder below `directory`, and with `flags`. */
export async function startBerth(directory: string, flags: readonly string[]): Promise<RegistryUnderTest> {
  const port = await freePort();
  const url = new URL(`http://127.0.0.1:${port}`);
  const log = join(directory, "berth.log");
  const output = await open(log, "w");
  const parameters = [PROGRAM, "serve", "--port", String(port), "--data", join(directory, "data"), ...flags];
  const child = spawn(process.execPath, parameters, {
    cwd: directory,
    stdio: ["ignore", output.fd, output.fd],
  });
  await output.close();
  try {
    await answering(url, child);
  } catch (cause) {
    child.kill("SIGKILL");
    throw new Error(`Berth did not start:\n${await readFile(log, "utf8")}`, { cause });
  }
  return { url, stop: () => stop(child) };
}

async function answering(url: URL, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_MILLISECONDS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    const answer = await fetch(new URL("/v2/", url)).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(50);
  }
  throw new Error(`GET /v2/ did not answer 200 within ${START_MILLISECONDS} ms`);
}

/** Ends the process in order; one that hangs is killed, which is an error. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error(`Berth ended during the run with code ${child.exitCode}`);
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MILLISECONDS);
  await exited;
  clearTimeout(timer);
  if (child.exitCode !== 0) throw new Error(`Berth did not stop in order: code ${child.exitCode}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
