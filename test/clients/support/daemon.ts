import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";

export interface Daemon {
  /** Ends it in its own orderly way and waits for that. */
  readonly stop: () => Promise<void>;
}

const PATIENCE_MILLISECONDS = 30_000;

/** Starts a daemon and resolves when `isReady` no longer rejects. Rejects with what it wrote where it does not come up. */
export async function startDaemon(
  command: readonly string[],
  isReady: () => Promise<unknown>,
): Promise<Daemon> {
  const [file = "", ...parameters] = command;
  const child = spawn(file, parameters, { stdio: ["ignore", "ignore", "pipe"] });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(-10_000);
  });
  const ended = once(child, "close");
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (
    !(await isReady().then(
      () => true,
      () => false,
    ))
  ) {
    if (hasEnded(child) || Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`${file} does not start:\n${complaints}`);
    }
    await wait(100);
  }
  return {
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;
