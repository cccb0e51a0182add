import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { WebFunction } from "../../../functions/build.ts";
import { freePort } from "../../support/free-port.ts";
import { FUNCTION_ENVIRONMENT } from "./function-process.ts";

/** A bundle in a process of its own, as Lambda starts a Web Function: told where to listen, and nothing else. */
export interface WebProcess {
  readonly port: number;
  readonly process: ChildProcess;
  /** all that it has written */
  readonly output: () => string;
  /** Ends it as Lambda does; answers its exit code. */
  readonly stop: () => Promise<number | null>;
}

export const startDoor = (
  bundles: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<WebProcess> => startWebFunction("upload-door", bundles, environment);

export async function startWebFunction(
  name: WebFunction,
  bundles: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<WebProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(bundles, name, "index.js")], {
    env: { ...FUNCTION_ENVIRONMENT, AWS_LAMBDA_HTTP_ENDPOINT: `127.0.0.1:${port}`, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = once(child, "close") as Promise<[number | null]>;
  await Promise.race([answers(port), ended.then(() => Promise.reject(new Error(`it ended: ${output}`)))]);
  return {
    port,
    process: child,
    output: () => output,
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = await ended;
      return code;
    },
  };
}

async function answers(port: number): Promise<void> {
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
