import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { freePort } from "../../support/free-port.ts";
import { WEB_LIMITS } from "./limits.ts";

export interface WebEnvironmentSettings {
  readonly name: string;
  /** the folder of the bundle, with `index.js` in it */
  readonly directory: string;
  /** all that the process sees, beside where it is to listen */
  readonly variables: Readonly<Record<string, string>>;
  /** bytes; a process that holds more is killed */
  readonly memory: number;
  /** takes what the process writes */
  readonly log: (text: string) => void;
}

/** One execution environment: a server that is told where to listen, and nothing else. */
export interface WebEnvironment {
  readonly pid: number;
  readonly port: number;
  /** resolves when the process has ended, for whatever reason */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

const LOOPBACK = "127.0.0.1";
/** Lambda gives it 10 seconds; a machine that is shared with tests may be slower. */
const INIT_MILLISECONDS = 30_000;
/** milliseconds between two looks at how much memory a process has */
const WATCH = 100;

/**
 * Starts the program, and resolves when it listens. It has 1,024 descriptors, and is killed when it holds more memory than it
 * may: that is looked at ten times a second, since not every machine that runs this may make a cgroup.
 */
export async function startWebEnvironment(settings: WebEnvironmentSettings): Promise<WebEnvironment> {
  const port = await freePort();
  const child = launch(settings, port);
  const watching = setInterval(() => void killGreedy(child, settings), WATCH);
  const end = async (): Promise<void> => {
    await once(child, "close");
    clearInterval(watching);
  };
  const ended = end();
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  try {
    await Promise.race([listens(port), ended.then(() => Promise.reject(new Error("it ended")))]);
  } catch (cause) {
    await stop();
    throw new Error(`${settings.name} does not start`, { cause });
  }
  return { pid: child.pid ?? 0, port, ended, stop };
}

function launch({ directory, variables, log }: WebEnvironmentSettings, port: number): ChildProcess {
  const { descriptors, heap } = WEB_LIMITS;
  const program = [process.execPath, `--max-old-space-size=${heap}`, "index.js"];
  const limited = `ulimit -n ${descriptors} && unset PWD && exec "$@"`;
  const child = spawn("/bin/sh", ["-c", limited, "sh", ...program], {
    cwd: directory,
    env: { ...variables, AWS_LAMBDA_HTTP_ENDPOINT: `${LOOPBACK}:${port}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", log);
  return child;
}

async function killGreedy(child: ChildProcess, { name, memory, log }: WebEnvironmentSettings): Promise<void> {
  const bytes = await residentBytes(child.pid ?? 0);
  if (bytes <= memory || !child.kill("SIGKILL")) return;
  log(`${name}: killed, it had ${bytes} bytes of memory\n`);
}

/** 0 of a process that is gone. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

async function listens(port: number): Promise<void> {
  const deadline = performance.now() + INIT_MILLISECONDS;
  while (!(await takesConnection(port))) {
    if (performance.now() > deadline) throw new Error(`it does not listen on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function takesConnection(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: LOOPBACK, port });
  socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}
