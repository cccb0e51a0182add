import { spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";

export interface Command {
  readonly file: string;
  readonly parameters: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** takes both its outputs */
  readonly log: string;
  readonly limitMilliseconds: number;
}

/**
 * Runs a command without input, in a process group of its own, and answers its exit code; "too long" when it was ended
 * at its limit. Whatever it leaves running in its group is ended with it, also when this process is interrupted.
 */
export async function runCommand(command: Command): Promise<number | "too long" | "killed"> {
  const log = await open(command.log, "w");
  const child = spawn(command.file, command.parameters, {
    env: { ...process.env, ...command.env },
    stdio: ["ignore", log.fd, log.fd],
    detached: true,
  });
  const endGroup = (): void => endProcessGroup(child.pid);
  const onInterrupt = (): never => {
    endGroup();
    return process.exit(1);
  };
  process.once("SIGINT", onInterrupt).once("SIGTERM", onInterrupt);
  let isTooLong = false;
  const timer = setTimeout(() => {
    isTooLong = true;
    endGroup();
  }, command.limitMilliseconds);
  try {
    const [code] = (await once(child, "exit")) as [number | null];
    return isTooLong ? "too long" : (code ?? "killed");
  } finally {
    clearTimeout(timer);
    endGroup();
    process.off("SIGINT", onInterrupt).off("SIGTERM", onInterrupt);
    await log.close();
  }
}

function endProcessGroup(group: number | undefined): void {
  if (group === undefined) return;
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // nobody is left in it
  }
}
