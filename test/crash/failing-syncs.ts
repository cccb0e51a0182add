import { spawn } from "node:child_process";
import { once } from "node:events";

/** Syncs of a running process that fail. */
export interface FailingSyncs {
  /** how many have failed */
  readonly end: () => Promise<number>;
}

/**
 * Makes every fsync and fdatasync of a process fail with EIO from now on, as a dying disk does: strace attaches to it
 * and puts the error in place of the call. Of `path` alone, where one is given.
 */
export async function failSyncs(pid: number, path?: string): Promise<FailingSyncs> {
  const only = path === undefined ? [] : ["-P", path];
  const calls = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO"];
  const child = spawn("strace", ["-f", "-p", String(pid), ...only, ...calls], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.on("error", (cause) =>
      reject(new Error("strace can't be run: install it (apt-get install strace)", { cause })),
    );
    child.on("close", (code) => reject(new Error(`strace ended with ${code}: ${output}`)));
    child.stderr.on("data", (text: Buffer) => {
      output += text.toString();
      if (/attached/.test(output)) resolve();
    });
  });
  return {
    end: async () => {
      const ended = once(child, "close");
      child.kill("SIGINT");
      await ended;
      return output.split("(INJECTED)").length - 1;
    },
  };
}
