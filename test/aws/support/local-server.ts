import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../support/free-port.ts";

/** A program of its own that answers HTTP on this machine. */
export interface LocalServer {
  /** `http://host:port` */
  readonly endpoint: string;
  /** Ends the program and resolves when it has ended. */
  readonly stop: () => Promise<void>;
}

interface Launch {
  /** for complaints */
  readonly name: string;
  readonly host: string;
  /** a free one where it is not given */
  readonly port?: number | undefined;
  readonly command: (port: number) => readonly string[];
  readonly cwd?: string;
}

const START_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 25;
const STOP_MILLISECONDS = 5000;

/** Starts the program and waits for its first answer. Rejects with its own words where it ends before. */
export async function startLocalServer({ name, host, port, command, cwd }: Launch): Promise<LocalServer> {
  const chosen = port ?? (await freePort(host));
  const [file = "", ...parameters] = command(chosen);
  const child = spawn(file, parameters, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const keep = (text: Buffer): void => {
    output = `${output}${text.toString()}`.slice(-4000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = new Promise<string>((settle) => {
    child.once("error", (error) => settle(error.message));
    child.once("close", (code, signal) => settle(`it ended with ${code ?? signal}`));
  });
  const killIt = (): void => void child.kill("SIGKILL");
  process.once("exit", killIt);
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const late = setTimeout(killIt, STOP_MILLISECONDS);
    await ended;
    clearTimeout(late);
    process.off("exit", killIt);
  };
  const endpoint = `http://${host}:${chosen}`;
  const giveUp = new AbortController();
  const trouble = await Promise.race([ended, firstAnswer(endpoint, giveUp.signal)]);
  giveUp.abort();
  if (trouble !== undefined) {
    await stop();
    throw new Error(`${name} did not start on ${endpoint}: ${trouble}\n${output}`);
  }
  return { endpoint, stop };
}

/** Any answer will do: also a refusal comes from a server that serves. */
async function firstAnswer(endpoint: string, given: AbortSignal): Promise<string | undefined> {
  const until = Date.now() + START_MILLISECONDS;
  while (Date.now() < until && !given.aborted) {
    const answered = await fetch(endpoint, { signal: AbortSignal.timeout(1000) }).then(
      (response) => response.arrayBuffer().then(() => true),
      () => false,
    );
    if (answered) return undefined;
    await sleep(POLL_MILLISECONDS);
  }
  return `no answer within ${START_MILLISECONDS / 1000} s`;
}
