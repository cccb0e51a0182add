import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { program, run } from "./commands.ts";
import type { BlobFile } from "./content.ts";
import { CONNECTIONS } from "./sizes.ts";

const SCRIPT = fileURLToPath(new URL("requests.lua", import.meta.url));

/** A slow answer is slow, not wrong: some peers list thousands of tags in seconds. */
const TIMEOUT = "60s";

export interface Page {
  readonly path: string;
  /** bytes of its body */
  readonly length: number;
}

interface WrkResult {
  readonly requests: number;
  readonly microseconds: number;
  readonly wrong: number;
}

/** GETs the pages in turn and returns requests per second. Throws where one answer is not a 200 of the right length. */
export async function getsPerSecond(
  url: string,
  { pages, accept, seconds }: { pages: readonly Page[]; accept: string; seconds: number },
): Promise<number> {
  const wrk = program("wrk", "apt-get install wrk");
  const load = [`-t1`, `-c${CONNECTIONS}`, `-d${seconds}s`, "--timeout", TIMEOUT, "-s", SCRIPT, url];
  const wanted = pages.flatMap(({ path, length }) => [path, String(length)]);
  const output = await run([wrk, ...load, "--", accept, ...wanted]);
  const result = JSON.parse(output.trim().split("\n").at(-1) ?? "") as WrkResult;
  if (result.wrong > 0 || result.requests === 0) {
    throw new Error(`${url}: ${result.wrong} of ${result.requests} answers were wrong\n${output}`);
  }
  return result.requests / (result.microseconds / 1e6);
}

/** HEADs per second, by ab: wrk waits for the body that an answer to HEAD does not have. */
export async function headsPerSecond(url: string, requests: number): Promise<number> {
  const ab = program("ab", "apt-get install apache2-utils");
  const output = await run([ab, "-q", "-k", "-i", "-c", String(CONNECTIONS), "-n", String(requests), url]);
  const count = (name: string) => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, "m").exec(output)?.[1] ?? 0);
  const complete = count("Complete requests") === requests && count("Keep-Alive requests") === requests;
  if (!complete || count("Failed requests") > 0 || count("Non-2xx responses") > 0) {
    throw new Error(`${url}: not every answer was a 2xx\n${output}`);
  }
  return count("Requests per second");
}

/** Bytes per second of pulling one blob several times, one after the other, on one connection. */
export async function pullSpeed(
  url: string,
  { blob, times }: { blob: BlobFile; times: number },
): Promise<number> {
  const curl = program("curl", "apt-get install curl");
  const pulls = Array.from({ length: times }, () => ["-o", "/dev/null", url]).flat();
  const format = "%{http_code} %{size_download} %{time_total}\\n";
  const lines = (await run([curl, "-sS", "-w", format, ...pulls])).trim().split("\n");
  let seconds = 0;
  for (const line of lines) {
    const [status, size, time] = line.split(" ").map(Number);
    if (status !== 200 || size !== blob.size)
      throw new Error(`${url}: pulled ${size} bytes with status ${status}`);
    seconds += time ?? 0;
  }
  return (blob.size * times) / seconds;
}

/** The SHA-256 of what a GET returns. */
export async function pulledDigest(url: string): Promise<string> {
  const curl = spawn(program("curl", "apt-get install curl"), ["-sSf", url]);
  const sum = spawn("sha256sum", { stdio: [curl.stdout, "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  sum.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(sum, "close");
  return `sha256:${Buffer.concat(chunks).toString().slice(0, 64)}`;
}

export interface Upload {
  readonly method: "PATCH" | "PUT";
  readonly url: string;
  readonly blob: BlobFile;
}

/** Sends a file as the body of a request and returns the answer's status and Location. */
export async function sendFile({ method, url, blob }: Upload): Promise<{ status: number; location: string }> {
  const curl = program("curl", "apt-get install curl");
  // What Docker sends: no length with PATCH. No `Expect` either, which only some peers answer at once.
  const headers = ["Content-Type: application/octet-stream", "Expect:"];
  if (method === "PATCH") headers.push("Transfer-Encoding: chunked");
  const send = [curl, "-sS", "-X", method, "-T", blob.path, ...headers.flatMap((header) => ["-H", header])];
  const output = await run([...send, "-o", "/dev/null", "-w", "%{http_code} %header{location}", url]);
  const [status, location = ""] = output.split(" ");
  return { status: Number(status), location };
}
