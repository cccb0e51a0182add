import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("../../local/berth.ts", import.meta.url));
/** What tells that it serves, and where. */
export const READY = /serves (https?:\/\/\S+) from/;

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
  /** The first group of what it writes to stdout once that matches. */
  readonly said: (pattern: RegExp) => Promise<string>;
  /** everything that it has written so far */
  readonly output: () => string;
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
export const runBerth = (args: readonly string[], options?: RunOptions): Promise<Ended> =>
  startBerth(args, options).ended;

/** Starts the command, which goes on beside the test: `kill` sends it a signal and resolves when it has ended. */
export function startBerth(
  args: readonly string[],
  { variables, entry = ENTRY, input = "" }: RunOptions = {},
): Pick<BerthProcess, "kill" | "ended"> {
  const child = launch(entry, args, variables);
  child.stdin?.end(input);
  const { ended } = watch(child);
  return { kill: killing(child, ended), ended };
}

const killing =
  (child: ChildProcess, ended: Promise<Ended>): BerthProcess["kill"] =>
  (signal) => {
    child.kill(signal);
    return ended;
  };

/** Starts `berth serve` on a free port and resolves when it serves; again on the same folder is a restart. */
export async function spawnBerth({
  data,
  args = [],
  variables,
  entry = ENTRY,
}: BerthOptions): Promise<BerthProcess> {
  const child = launch(entry, ["serve", "--port", "0", "--data", data, ...args], variables);
  const { ended, said, output } = watch(child);
  const url = await said(READY);
  return {
    url,
    pid: child.pid ?? 0,
    said,
    output,
    fetch: (path, init) => fetch(new URL(path, url), { redirect: "manual", ...init }),
    signal: (signal) => void child.kill(signal),
    kill: killing(child, ended),
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

/** What a process says, and how it ends; `said` rejects where it ends before. */
export function watch(child: ChildProcess): Pick<BerthProcess, "ended" | "said" | "output"> {
  const output = { stdout: "", stderr: "" };
  const wanted = new Set<() => void>();
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
    for (const look of wanted) look();
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  const ended = once(child, "close").then(([code]: (number | null)[]) => ({ code: code ?? null, ...output }));
  const said = async (pattern: RegExp): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const look = () => {
      const found = pattern.exec(output.stdout)?.[1];
      if (found !== undefined) resolve(found);
    };
    wanted.add(look);
    look();
    const first = await Promise.race([promise, ended]);
    wanted.delete(look);
    if (typeof first === "string") return first;
    throw new Error(`berth ended with ${first.code} before it said ${pattern}: ${first.stderr}`);
  };
  return { ended, said, output: () => output.stdout + output.stderr };
}
