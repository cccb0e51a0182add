import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { get } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Peer } from "./peers.ts";
import { peakMemory } from "./usage.ts";

export interface Running {
  readonly url: string;
  readonly pid: number;
  /** milliseconds from the start of the process to its first answered request */
  readonly startedIn: number;
  /** bytes: the most memory that the process ever held (VmHWM) */
  readonly peakMemory: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** What of a peer it takes to start it. */
type Startable = Pick<Peer, "name" | "env" | "prepare">;

const START_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 2;

/** Starts a peer on a free port, its data in `folder`, and waits for its first answer. */
export async function start(peer: Startable, folder: string): Promise<Running> {
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const [file = "", ...parameters] = await peer.prepare({ folder, port });
  const output = join(folder, "output.log");
  const descriptor = openSync(output, "a");
  const startedAt = performance.now();
  const child = spawn(file, parameters, {
    env: { ...process.env, ...peer.env },
    stdio: ["ignore", descriptor, descriptor],
  });
  closeSync(descriptor);
  const ended = new Promise<string>((settle) => {
    child.once("error", (error) => settle(error.message));
    child.once("close", (code, signal) => settle(`ended with ${code ?? signal}`));
  });
  const url = `http://127.0.0.1:${port}`;
  const outcome = await Promise.race([ended, firstAnswer(`${url}/v2/`, startedAt)]);
  if (typeof outcome === "string") {
    child.kill("SIGKILL");
    throw new Error(`${peer.name} did not start: ${outcome}\n${await readFile(output, "utf8")}`);
  }
  const { pid = 0 } = child;
  return {
    url,
    pid,
    startedIn: outcome,
    peakMemory: () => peakMemory(pid),
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function firstAnswer(url: string, startedAt: number): Promise<number | string> {
  while (performance.now() - startedAt < START_MILLISECONDS) {
    if ((await statusOf(url)) === 200) return performance.now() - startedAt;
    await sleep(POLL_MILLISECONDS);
  }
  return `no answer within ${START_MILLISECONDS / 1000} s`;
}

async function statusOf(url: string): Promise<number | undefined> {
  return new Promise((settle) => {
    const request = get(url, { agent: false }, (response) => {
      response.resume().once("end", () => settle(response.statusCode));
    });
    request.once("error", () => settle(undefined));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  const { port } = server.address() as AddressInfo;
  await new Promise((settle) => server.close(settle));
  return port;
}
