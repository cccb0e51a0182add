import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Invocation } from "../http-api/server.ts";
import { type RuntimeApi, serveRuntimeApi } from "./runtime-api.ts";

export interface FunctionSettings {
  readonly name: string;
  readonly arn: string;
  /** seconds, of one invocation */
  readonly timeout: number;
  /** the program of the runtime and its arguments */
  readonly command: readonly string[];
  readonly directory: string;
  /** all that the process sees: nothing of the gateway's own environment */
  readonly variables: Readonly<Record<string, string>>;
  /** takes what the process writes */
  readonly log: (text: string) => void;
}

/** One execution environment: a process that handles one event at a time. */
export interface Environment {
  readonly pid: number;
  readonly isUp: () => boolean;
  /** Only while no other event is being handled. */
  readonly invoke: (event: string) => Promise<Invocation>;
  /** resolves when the process has ended, for whatever reason */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What the process does now. `handling`: settles the invocation. */
interface Life {
  handling: ((invocation: Invocation) => void) | undefined;
  /** resolved whenever the runtime asks for an event; renewed with each invocation */
  ready: PromiseWithResolvers<void>;
  isUp: boolean;
  end: string;
}

/** Lambda gives a function 10 seconds to start; a machine that is shared with tests may be slower. */
const INIT_MILLISECONDS = 30_000;

/**
 * Starts the runtime of a function. Between events the process is frozen (SIGSTOP), as Lambda does: what goes on after
 * an answer does not run, and connections grow old. A process that ends fails the event that it handles.
 */
export async function startEnvironment(settings: FunctionSettings): Promise<Environment> {
  const life: Life = {
    handling: undefined,
    ready: Promise.withResolvers(),
    isUp: true,
    end: "the runtime ended",
  };
  const api = await serveRuntimeApi({
    onNext: () => {
      clearTimeout(slowStart);
      freeze(child);
      life.ready.resolve();
    },
    onResponse: (_, payload) => life.handling?.({ outcome: "returned", payload }),
    onError: (_, report) => life.handling?.({ outcome: "failed", reason: report }),
    onInitError: (report) => {
      life.end = `the function does not start: ${report}`;
    },
  });
  const child = launch(settings, api.address);
  const slowStart = setTimeout(() => {
    life.end = `the function did not start within ${INIT_MILLISECONDS / 1000} seconds`;
    child.kill("SIGKILL");
  }, INIT_MILLISECONDS);
  const end = async (): Promise<void> => {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    clearTimeout(slowStart);
    life.isUp = false;
    const reason = `${life.end} (${signal ?? code})`;
    life.handling?.({ outcome: "failed", reason });
    life.ready.reject(new Error(reason));
    await api.stop();
  };
  const ended = end();
  life.ready.promise.catch(() => {});
  return {
    pid: child.pid ?? 0,
    isUp: () => life.isUp,
    invoke: (event) => invoke({ settings, child, api, life }, event),
    ended,
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Stopped processes take no SIGTERM, but SIGKILL and SIGCONT. */
const freeze = (child: ChildProcess): void => void child.kill("SIGSTOP");

function launch({ command, directory, variables, log }: FunctionSettings, address: string): ChildProcess {
  const [file = "", ...parameters] = command;
  const child = spawn(file, parameters, {
    cwd: directory,
    env: { ...variables, AWS_LAMBDA_RUNTIME_API: address },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", log);
  return child;
}

interface Running {
  readonly settings: FunctionSettings;
  readonly child: ChildProcess;
  readonly api: RuntimeApi;
  readonly life: Life;
}

async function invoke({ settings, child, api, life }: Running, event: string): Promise<Invocation> {
  try {
    await life.ready.promise;
  } catch (cause) {
    return { outcome: "failed", reason: String(cause) };
  }
  const done = Promise.withResolvers<Invocation>();
  life.handling = done.resolve;
  life.ready = Promise.withResolvers();
  life.ready.promise.catch(() => {});
  child.kill("SIGCONT");
  const { arn: functionArn, timeout } = settings;
  const deadline = Date.now() + timeout * 1000;
  api.send({ requestId: randomUUID(), functionArn, traceId: traceIdOf(event), deadline, event });
  const late = setTimeout(() => {
    life.end = `Task timed out after ${timeout}.00 seconds`;
    child.kill("SIGKILL");
  }, timeout * 1000);
  const invocation = await done.promise;
  clearTimeout(late);
  life.handling = undefined;
  return invocation;
}

/** Lambda samples on the trace that the gateway began. */
function traceIdOf(event: string): string {
  return /"x-amzn-trace-id":"([^"]*)"/.exec(event)?.[1] ?? `Root=1-${randomUUID()}`;
}
