import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { serveRuntimeApi } from "../../test/gateway/lambda/runtime-api.ts";
import { lambdaVariables } from "../../test/gateway/lambda/variables.ts";
import { requireRuntimeClient } from "../../test/gateway/tools/runtime-client.ts";

export interface Measured {
  /** the folder with `index.mjs` */
  readonly folder: string;
  /** beside those that Lambda sets */
  readonly variables: Readonly<Record<string, string>>;
}

/** A function under the Lambda runtime interface client, ready for its first event. */
export interface Runtime {
  /** milliseconds from the start of the process until it asked for its first event */
  readonly startedIn: number;
  /** milliseconds of processor time of the process, until now */
  readonly cpu: () => Promise<number>;
  /** Answers what the function returned. */
  readonly invoke: (event: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

const CREDENTIALS = {
  accessKeyId: "ASIAQNZEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  // As long as those of Lambda's sessions are.
  sessionToken: "x".repeat(800),
};
const DESCRIBED = { functionName: "berth-bench", handler: "index.handler", memory: 512, region: "us-east-1" };

/** Rejects where the process ends before it asks for an event. */
export async function startRuntime({ folder, variables }: Measured): Promise<Runtime> {
  let asks = Promise.withResolvers<void>();
  let answers = Promise.withResolvers<string>();
  const api = await serveRuntimeApi({
    onNext: () => asks.resolve(),
    onResponse: (_, payload) => answers.resolve(payload),
    onError: (_, report) => answers.reject(new Error(report)),
    onInitError: (report) => asks.reject(new Error(report)),
  });
  const startedAt = performance.now();
  const own = lambdaVariables({ ...DESCRIBED, directory: folder, credentials: CREDENTIALS });
  const child = spawn(process.execPath, [requireRuntimeClient(), DESCRIBED.handler], {
    cwd: folder,
    env: { ...variables, ...own, AWS_LAMBDA_RUNTIME_API: api.address },
    // What a function logs is a part of its work; nobody reads it here.
    stdio: ["ignore", "ignore", "inherit"],
  });
  await Promise.race([asks.promise, failure(child)]);
  const startedIn = performance.now() - startedAt;
  return {
    startedIn,
    cpu: () => processorTime(child.pid ?? 0),
    invoke: async (event) => {
      await asks.promise;
      asks = Promise.withResolvers();
      answers = Promise.withResolvers();
      const deadline = Date.now() + 29_000;
      api.send({ requestId: randomUUID(), functionArn: "arn", traceId: "Root=1-bench", deadline, event });
      return answers.promise;
    },
    stop: async () => {
      const ended = once(child, "close");
      child.kill("SIGKILL");
      await ended;
      await api.stop();
    },
  };
}

async function failure(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, "exit")) as [number | null];
  throw new Error(`the function ended with ${code} before it asked for an event`);
}

/** Of every thread that is alive: Node keeps those that do something until its end. */
async function processorTime(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(threads.map((thread) => threadTime(`/proc/${pid}/task/${thread}`)));
  return times.reduce((sum, time) => sum + time, 0);
}

/** None of a thread that has just ended. */
async function threadTime(path: string): Promise<number> {
  try {
    return Number((await readFile(`${path}/schedstat`, "utf8")).split(" ")[0]) / 1e6;
  } catch {
    return 0;
  }
}
