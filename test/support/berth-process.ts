import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("../../local/berth.ts", import.meta.url));
const READY = /serves (https?:\/\/\S+) from/;

export interface BerthOptions {
  readonly data: string;
  /** more arguments of `berth serve` */
  readonly args?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  /** another entry than the source's: the bundle's */
  readonly entry?: string;
}
export interface Ended {
  /** null where a signal ended it */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
/** `berth serve` as a process of its own. */
export interface BerthProcess {
  readonly url: string;
  readonly pid: number;
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** Sends a signal and returns at once. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Sends a signal and resolves when the process has ended. */
  readonly kill: (signal: NodeJS.Signals) => Promise<Ended>;
  readonly ended: Promise<Ended>;
}

interface RunOptions extends Pick<BerthOptions, "variables" | "entry"> {
  /** what comes by stdin; nothing, where it is not given */
  readonly input?: string;
}

/** Runs the command to its end. */
export async function runBerth(
  args: readonly string[],
  { variables, entry = ENTRY, input = "" }: RunOptions = {},
): Promise<Ended> {
  const child = launch(entry, args, variables);
  child.stdin?.end(input);
  return watch(child).ended;
}

/** Starts `berth serve` on a free port and resolves when it serves; again on the same folder is a restart. */
export async function spawnBerth({
  data,
  args = [],
  variables,
  entry = ENTRY,
}: BerthOptions): Promise<BerthProcess> {
  const child = launch(entry, ["serve", "--port", "0", "--data", data, ...args], variables);
  const { ended, ready } = watch(child);
  const url = await ready;
  return {
    url,
    pid: child.pid ?? 0,
    fetch: (path, init) => fetch(new URL(path, url), { redirect: "manual", ...init }),
    signal: (signal) => void child.kill(signal),
    kill: (signal) => {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}

function launch(
  entry: string,
  args: readonly string[],
  variables: BerthOptions["variables"] = {},
): ChildProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("BERTH_"));
  return spawn(process.execPath, [entry, ...args], {
    env: { ...Object.fromEntries(inherited), ...variables },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** `ready` is the URL, once the process tells it. */
export function watch(child: ChildProcess): {
  readonly ended: Promise<Ended>;
  readonly ready: Promise<string>;
} {
  const output = { stdout: "", stderr: "" };
  const ready = Promise.withResolvers<string>();
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
    const url = READY.exec(output.stdout)?.[1];
    if (url !== undefined) ready.resolve(url);
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  const ended = once(child, "close").then(([code]: (number | null)[]) => {
    ready.reject(new Error(`berth ended with ${code} before it served: ${output.stderr}`));
    return { code: code ?? null, ...output };
  });
  // Who only runs the command to its end does not wait for this.
  ready.promise.catch(() => {});
  return { ended, ready: ready.promise };
}
