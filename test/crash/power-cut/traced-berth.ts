import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("../../../local/berth.ts", import.meta.url));
const READY = /serves (http:\/\/\S+) from/;

/** Every call that changes files or syncs them, or could, and those that answer on a socket. */
const CALLS = [
  "open,openat,close,dup,dup2,dup3,mmap",
  "write,writev,pwrite64,pwritev,pwritev2,sendfile,copy_file_range,sendto,sendmsg",
  "ftruncate,fallocate,fsync,fdatasync,sync_file_range",
  "rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir",
].join(",");
/** bytes of a string that strace shows: more than one write ever holds */
const LONGEST_STRING = 8 * 1024 * 1024;

export interface TracedBerth {
  readonly url: string;
  /** Signals the server, not strace, and resolves when the trace is written. */
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
}

/** `berth serve` on a free port, under strace, which writes its trace to a file. Needs strace on the machine. */
export async function spawnTraced(data: string, trace: string): Promise<TracedBerth> {
  const strace = ["-f", "--seccomp-bpf", "-xx", "-s", String(LONGEST_STRING), "-e", `trace=${CALLS}`];
  const command = [process.execPath, ENTRY, "serve", "--port", "0", "--data", data];
  // File operations through io_uring would not be seen.
  const env = { ...process.env, UV_USE_IO_URING: "0" };
  const child = spawn("strace", [...strace, "-o", trace, ...command], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let output = "";
    const take = (text: Buffer) => {
      output += text.toString();
      const ready = READY.exec(output)?.[1];
      if (ready !== undefined) resolve(ready);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (cause) =>
      reject(new Error("strace can't be run: install it (apt-get install strace)", { cause })),
    );
    child.on("close", (code) => reject(new Error(`strace ended with ${code}: ${output}`)));
  });
  return {
    url,
    kill: async (signal) => {
      const ended = once(child, "close");
      process.kill(await childOf(child.pid ?? 0), signal);
      await ended;
    },
  };
}

async function childOf(pid: number): Promise<number> {
  return Number.parseInt(await readFile(`/proc/${pid}/task/${pid}/children`, "utf8"), 10);
}
